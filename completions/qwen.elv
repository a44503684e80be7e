
use builtin;
use str;

set edit:completion:arg-completer[qwen] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'qwen'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'qwen'= {
            cand -p 'The prompt, as a flag; text on stdin is put before it'
            cand --prompt 'The prompt, as a flag; text on stdin is put before it'
            cand -i 'Say this first, then stay in the terminal'
            cand --prompt-interactive 'Say this first, then stay in the terminal'
            cand -m 'The model to ask'
            cand --model 'The model to ask'
            cand --fallback-model 'Models to ask, in order, when the one in use answers 429, 503 or 529 to all tries; at most 3'
            cand --auth-type 'How to reach the model: `openai` is any server that speaks Chat Completions, `qwen-oauth` a sign-in'
            cand --openai-api-key 'The key to use; other users of this machine can see it while qwen runs, so prefer the environment'
            cand --openai-base-url 'The endpoint to use, such as `http://localhost:11434/v1`'
            cand --proxy 'The proxy to reach the network through'
            cand --approval-mode 'What may happen without asking'
            cand --core-tools 'Offer the model these tools and no others; '''' offers none'
            cand --exclude-tools 'Deny these tools, or uses of them such as ''Bash(git push *)'''
            cand --allowed-tools 'Allow these tools, or uses of them such as ''Bash(cargo test)'', without asking'
            cand --include-directories 'Folders to work in beside this one; may be repeated or separated by commas'
            cand --add-dir 'Folders to work in beside this one; may be repeated or separated by commas'
            cand --system-prompt 'Replace the system prompt'
            cand --append-system-prompt 'Add to the end of the system prompt'
            cand -r 'Go on with this session; without an id, choose from a list'
            cand --resume 'Go on with this session; without an id, choose from a list'
            cand --session-id 'The id of the new session, or with --fork-session of the copy [default: a random UUID]'
            cand --chat-recording '`false` keeps nothing of this session, as --private'
            cand --max-session-turns 'Stop after this many requests with exit code 53; -1 is no limit'
            cand --lang 'What the screen speaks [default: the language of the locale]'
            cand -o 'How stdout is written [default: text]'
            cand --output-format 'How stdout is written [default: text]'
            cand --input-format 'What comes on stdin: a text, or messages and control requests, one a line; see docs/headless.md'
            cand --json-fd 'Also write what happens, as with stream-json, to this open file descriptor'
            cand --json-file 'Also write what happens, as with stream-json, to this file or pipe'
            cand --input-file 'Beside the screen: say what another program writes to this file or pipe, one JSON object a line'
            cand --json-schema 'Have the answer as JSON of this form: a JSON Schema, or `@FILE` with one'
            cand --channel 'Which program starts qwen; taken from clients made for Qwen Code, without effect'
            cand --max-wall-time 'Stop after this time with exit code 55: `90`, `30s`, `5m`, `1.5h`'
            cand --max-tool-calls 'Stop with exit code 55 when the model calls more tools than this; 0 allows none, -1 is no limit'
            cand --max-cost 'Stop with exit code 55 when the requests have cost this much, in US dollars'
            cand --max-tokens 'Stop with exit code 55 when the requests have used this many tokens, in and out'
            cand -y 'Approve everything'
            cand --yolo 'Approve everything'
            cand --bare 'Look for nothing by itself: no instruction files, no map of the repository'
            cand -c 'Go on with the newest session of this project'
            cand --continue 'Go on with the newest session of this project'
            cand --private 'Keep nothing of this session: no transcript, no note of what is cached, no copy at the provider, nothing counted'
            cand --no-telemetry 'Count nothing of this run and send nothing of the kind; `qwen telemetry off` says it for good'
            cand --fork-session 'With --continue or --resume: go on in a copy, and leave the session as it is'
            cand --screen-reader 'Plain lines for a screen reader: no boxes, nothing that moves, a word before each kind of text'
            cand --fullscreen 'Take the whole window and give it back at the end'
            cand --include-partial-messages 'With stream-json, also write the pieces of an answer while it comes'
            cand -v 'Print the version'
            cand --version 'Print the version'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand demo 'Watch qwen fix a real bug, with no account and no network'
            cand sim 'Serve a simulated Qwen Cloud on loopback, for people who test scripts'
            cand cache 'See what the provider''s cache holds, what it saved, and on which rules'
            cand batch 'Do many tasks of a file, several at once, and go on where it stopped when it is started again'
            cand auth 'Sign in, see who is signed in, and choose between accounts'
            cand doctor 'See what a run here would use, and what is in its way'
            cand privacy 'See what leaves this machine, what the provider keeps, and what lies on this disk; remove it'
            cand telemetry 'See what is counted of how qwen is used, and turn it on or off'
            cand models 'List the models of the catalogue: window, output, prices, cache, and where they are served'
            cand sessions 'See what was said in earlier sessions, take it elsewhere, remove it'
            cand completions 'Print the completion script of a shell'
        }
        &'qwen;demo'= {
            cand --keep 'Keep the temporary repository and say where it is'
            cand --text 'Write a log instead of opening the screen, and approve what the script does'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'qwen;sim'= {
            cand --port 'The port to listen on; 0 takes any that is free'
            cand --script 'What to answer, turn by turn [default: a plain greeting to everything]'
            cand --model 'The model it claims to be'
            cand --window 'The model''s window, in tokens'
            cand --key 'The key it accepts [default: any]'
            cand --look-back 'How many blocks before a marker the cache looks back'
            cand --unit 'What counts as one block of the look-back'
            cand --cache-quirk 'What is odd about the server''s cache'
            cand --oauth 'How logins by device code go'
            cand --oauth-token-seconds 'How long an access token of a login lives, in seconds'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'qwen;cache'= {
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand status 'Is this repository''s prompt stored now, until when, and what would the next request read and write?'
            cand explain 'Why did each request of a session cost what it cost?'
            cand policy 'Which rules are in force for this model, and what does each mode keep where and for how long?'
            cand forget 'Have the provider delete the conversations it keeps for this project'
            cand models 'Which models have which cache, and at what price?'
        }
        &'qwen;cache;status'= {
            cand -m 'Ask about this model instead of the one that is set'
            cand --model 'Ask about this model instead of the one that is set'
            cand --json 'Answer as JSON'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'qwen;cache;explain'= {
            cand --json 'Answer as JSON, in the form of docs/schemas/cache-explain.schema.json'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'qwen;cache;policy'= {
            cand -m 'Ask about this model instead of the one that is set'
            cand --model 'Ask about this model instead of the one that is set'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'qwen;cache;forget'= {
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'qwen;cache;models'= {
            cand --json 'Answer as JSON'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'qwen;batch'= {
            cand -j 'How many tasks run at once'
            cand --jobs 'How many tasks run at once'
            cand -o 'Where results go, one line of JSON each; `-` is stdout, from which nothing can be resumed [default: FILE with `.results.jsonl`; stdout for stdin]'
            cand --output 'Where results go, one line of JSON each; `-` is stdout, from which nothing can be resumed [default: FILE with `.results.jsonl`; stdout for stdin]'
            cand --shard 'Do one part of the file, such as `2/3`; the parts of a file share nothing and leave nothing out'
            cand --shards 'Do one of so many parts: the one that `JOB_COMPLETION_INDEX` names, as Kubernetes sets it'
            cand --max-cost 'Stop all with exit code 55 once the tasks in the output have cost this much, in US dollars; no task gets more than is left of it'
            cand --max-wall-time 'Stop all with exit code 55 after this time: `90`, `30s`, `5m`, `1.5h`'
            cand -m 'The model of tasks that name none'
            cand --model 'The model of tasks that name none'
            cand --approval-mode 'What may happen without asking, in tasks that do not say: plan, default, auto-edit, yolo'
            cand --timeout 'The longest time of tasks that do not say: `90`, `30s`, `5m`, `1.5h`'
            cand --check 'Only check the tasks: run nothing, cost nothing'
            cand --retry-failed 'Do the tasks again that failed'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'qwen;auth'= {
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand login 'Sign in with a code, or add a key'
            cand logout 'Forget an account and its key'
            cand status 'Who is signed in here, with what, and what stands above it?'
            cand list 'The accounts, and the keys that were found elsewhere'
            cand use 'Use an account from now on'
            cand test 'Ask the server of an account one real question'
        }
        &'qwen;auth;login'= {
            cand -k 'The key; other users of this machine can see it while qwen runs, so prefer --key-stdin'
            cand --key 'The key; other users of this machine can see it while qwen runs, so prefer --key-stdin'
            cand --region 'The region or plan of the preset: china, global, singapore, us, …'
            cand -u 'The address, for a server of your own'
            cand --base-url 'The address, for a server of your own'
            cand -m 'The model to use [default: the provider''s usual one]'
            cand --model 'The model to use [default: the provider''s usual one]'
            cand -n 'The name of the account [default: the preset''s]'
            cand --name 'The name of the account [default: the preset''s]'
            cand --key-stdin 'Read the key from stdin'
            cand --keep-untested 'Keep the key although its test failed'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'qwen;auth;logout'= {
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'qwen;auth;status'= {
            cand --json 'Answer as JSON (docs/auth.md)'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'qwen;auth;list'= {
            cand --json 'Answer as JSON (docs/auth.md)'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'qwen;auth;use'= {
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'qwen;auth;test'= {
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'qwen;doctor'= {
            cand --online 'Ask the server too: one real request with the key'
            cand --json 'Answer as JSON, in the form of docs/schemas/doctor.schema.json'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'qwen;privacy'= {
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand show 'Print what leaves, what is kept there, what is counted, and what lies here'
            cand purge 'Remove what lies on this disk, after a yes'
        }
        &'qwen;privacy;show'= {
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'qwen;privacy;purge'= {
            cand -y 'Do not ask'
            cand --yes 'Do not ask'
            cand --sessions 'Conversations, what you typed, and what was read of repositories'
            cand --cache 'What is known of the provider''s cache'
            cand --outputs 'Whole outputs of tools'
            cand --telemetry 'What is counted, and reports of crashes'
            cand --settings 'Your settings'
            cand --accounts 'Accounts, keys in files and sign-ins'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'qwen;telemetry'= {
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand status 'Is anything counted here, why, where does it go, what waits, and how old is the id?'
            cand show 'Print the exact bytes that wait to be sent; when none wait, those that were sent last'
            cand on 'Say yes, also with an API key'
            cand off 'Say no, and remove everything that was kept'
            cand purge 'Remove what waits, what was sent last and the id'
            cand send 'Send what waits now, instead of with the next session'
            cand crash 'Print the report of the last crash'
        }
        &'qwen;telemetry;status'= {
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'qwen;telemetry;show'= {
            cand --sent 'Print the bytes that were sent last'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'qwen;telemetry;on'= {
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'qwen;telemetry;off'= {
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'qwen;telemetry;purge'= {
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'qwen;telemetry;send'= {
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'qwen;telemetry;crash'= {
            cand --now 'Crash on purpose, to see what a report holds'
            cand --remove 'Remove the reports'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'qwen;models'= {
            cand --json 'Answer as JSON, in the form of docs/schemas/models.schema.json'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'qwen;sessions'= {
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand list 'Which sessions are kept, the newest first?'
            cand show 'Print a conversation as text'
            cand export 'Write a conversation as Markdown for people, or as JSON lines for programs'
            cand rm 'Remove sessions from this machine'
            cand fork 'Copy a session and print the id of the copy'
            cand gc 'Remove the sessions of all projects that nobody wrote in for long'
        }
        &'qwen;sessions;list'= {
            cand -a 'Of all projects, each with its folder'
            cand --all 'Of all projects, each with its folder'
            cand --json 'Answer as JSON, in the form of docs/schemas/sessions.schema.json'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'qwen;sessions;show'= {
            cand --full 'Print results of tools and thoughts whole'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'qwen;sessions;export'= {
            cand -f 'How it is written [default: markdown]'
            cand --format 'How it is written [default: markdown]'
            cand -o 'A file that is not there yet [default: stdout]'
            cand --output 'A file that is not there yet [default: stdout]'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'qwen;sessions;rm'= {
            cand -y 'Do not ask'
            cand --yes 'Do not ask'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'qwen;sessions;fork'= {
            cand --session-id 'The id of the copy [default: a random UUID]'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'qwen;sessions;gc'= {
            cand --older-than 'Those nobody wrote in for so many days, whatever the setting says'
            cand --dry-run 'Say what would go and remove nothing'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'qwen;completions'= {
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
    ]
    $completions[$command]
}
