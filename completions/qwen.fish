# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_qwen_global_optspecs
    string join \n p/prompt= i/prompt-interactive= m/model= fallback-model= auth-type= openai-api-key= openai-base-url= proxy= y/yolo approval-mode= core-tools= exclude-tools= allowed-tools= include-directories= system-prompt= append-system-prompt= bare c/continue r/resume= session-id= private no-telemetry chat-recording= fork-session max-session-turns= lang= screen-reader fullscreen o/output-format= include-partial-messages input-format= json-fd= json-file= input-file= json-schema= channel= max-wall-time= max-tool-calls= max-cost= max-tokens= v/version h/help
end

function __fish_qwen_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_qwen_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_qwen_using_subcommand
    set -l cmd (__fish_qwen_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c qwen -n "__fish_qwen_needs_command" -s p -l prompt -d 'The prompt, as a flag; text on stdin is put before it' -r
complete -c qwen -n "__fish_qwen_needs_command" -s i -l prompt-interactive -d 'Say this first, then stay in the terminal' -r
complete -c qwen -n "__fish_qwen_needs_command" -s m -l model -d 'The model to ask' -r
complete -c qwen -n "__fish_qwen_needs_command" -l fallback-model -d 'Models to ask, in order, when the one in use answers 429, 503 or 529 to all tries; at most 3' -r
complete -c qwen -n "__fish_qwen_needs_command" -l auth-type -d 'How to reach the model: `openai` is any server that speaks Chat Completions, `qwen-oauth` a sign-in' -r -f -a "openai\t''
qwen-oauth\t''"
complete -c qwen -n "__fish_qwen_needs_command" -l openai-api-key -d 'The key to use; other users of this machine can see it while qwen runs, so prefer the environment' -r
complete -c qwen -n "__fish_qwen_needs_command" -l openai-base-url -d 'The endpoint to use, such as `http://localhost:11434/v1`' -r
complete -c qwen -n "__fish_qwen_needs_command" -l proxy -d 'The proxy to reach the network through' -r
complete -c qwen -n "__fish_qwen_needs_command" -l approval-mode -d 'What may happen without asking' -r -f -a "plan\t'read only, nothing is changed'
default\t'asks before edits and commands'
auto-edit\t'edits freely, asks before commands'
yolo\t'asks nothing'"
complete -c qwen -n "__fish_qwen_needs_command" -l core-tools -d 'Offer the model these tools and no others; \'\' offers none' -r
complete -c qwen -n "__fish_qwen_needs_command" -l exclude-tools -d 'Deny these tools, or uses of them such as \'Bash(git push *)\'' -r
complete -c qwen -n "__fish_qwen_needs_command" -l allowed-tools -d 'Allow these tools, or uses of them such as \'Bash(cargo test)\', without asking' -r
complete -c qwen -n "__fish_qwen_needs_command" -l include-directories -l add-dir -d 'Folders to work in beside this one; may be repeated or separated by commas' -r -F
complete -c qwen -n "__fish_qwen_needs_command" -l system-prompt -d 'Replace the system prompt' -r
complete -c qwen -n "__fish_qwen_needs_command" -l append-system-prompt -d 'Add to the end of the system prompt' -r
complete -c qwen -n "__fish_qwen_needs_command" -s r -l resume -d 'Go on with this session; without an id, choose from a list' -r
complete -c qwen -n "__fish_qwen_needs_command" -l session-id -d 'The id of the new session, or with --fork-session of the copy [default: a random UUID]' -r
complete -c qwen -n "__fish_qwen_needs_command" -l chat-recording -d '`false` keeps nothing of this session, as --private' -r -f -a "true\t''
false\t''"
complete -c qwen -n "__fish_qwen_needs_command" -l max-session-turns -d 'Stop after this many requests with exit code 53; -1 is no limit' -r
complete -c qwen -n "__fish_qwen_needs_command" -l lang -d 'What the screen speaks [default: the language of the locale]' -r -f -a "auto\t''
en\t''
zh\t''"
complete -c qwen -n "__fish_qwen_needs_command" -s o -l output-format -d 'How stdout is written [default: text]' -r -f -a "text\t'the last answer'
json\t'one array at the end'
stream-json\t'one message a line, as things happen'"
complete -c qwen -n "__fish_qwen_needs_command" -l input-format -d 'What comes on stdin: a text, or messages and control requests, one a line; see docs/headless.md' -r -f -a "text\t'text for the prompt'
stream-json\t'messages and control requests, one a line'"
complete -c qwen -n "__fish_qwen_needs_command" -l json-fd -d 'Also write what happens, as with stream-json, to this open file descriptor' -r
complete -c qwen -n "__fish_qwen_needs_command" -l json-file -d 'Also write what happens, as with stream-json, to this file or pipe' -r -F
complete -c qwen -n "__fish_qwen_needs_command" -l input-file -d 'Beside the screen: say what another program writes to this file or pipe, one JSON object a line' -r -F
complete -c qwen -n "__fish_qwen_needs_command" -l json-schema -d 'Have the answer as JSON of this form: a JSON Schema, or `@FILE` with one' -r
complete -c qwen -n "__fish_qwen_needs_command" -l channel -d 'Which program starts qwen; taken from clients made for Qwen Code, without effect' -r
complete -c qwen -n "__fish_qwen_needs_command" -l max-wall-time -d 'Stop after this time with exit code 55: `90`, `30s`, `5m`, `1.5h`' -r
complete -c qwen -n "__fish_qwen_needs_command" -l max-tool-calls -d 'Stop with exit code 55 when the model calls more tools than this; 0 allows none, -1 is no limit' -r
complete -c qwen -n "__fish_qwen_needs_command" -l max-cost -d 'Stop with exit code 55 when the requests have cost this much, in US dollars' -r
complete -c qwen -n "__fish_qwen_needs_command" -l max-tokens -d 'Stop with exit code 55 when the requests have used this many tokens, in and out' -r
complete -c qwen -n "__fish_qwen_needs_command" -s y -l yolo -d 'Approve everything'
complete -c qwen -n "__fish_qwen_needs_command" -l bare -d 'Look for nothing by itself: no instruction files, no map of the repository'
complete -c qwen -n "__fish_qwen_needs_command" -s c -l continue -d 'Go on with the newest session of this project'
complete -c qwen -n "__fish_qwen_needs_command" -l private -d 'Keep nothing of this session: no transcript, no note of what is cached, no copy at the provider, nothing counted'
complete -c qwen -n "__fish_qwen_needs_command" -l no-telemetry -d 'Count nothing of this run and send nothing of the kind; `qwen telemetry off` says it for good'
complete -c qwen -n "__fish_qwen_needs_command" -l fork-session -d 'With --continue or --resume: go on in a copy, and leave the session as it is'
complete -c qwen -n "__fish_qwen_needs_command" -l screen-reader -d 'Plain lines for a screen reader: no boxes, nothing that moves, a word before each kind of text'
complete -c qwen -n "__fish_qwen_needs_command" -l fullscreen -d 'Take the whole window and give it back at the end'
complete -c qwen -n "__fish_qwen_needs_command" -l include-partial-messages -d 'With stream-json, also write the pieces of an answer while it comes'
complete -c qwen -n "__fish_qwen_needs_command" -s v -l version -d 'Print the version'
complete -c qwen -n "__fish_qwen_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qwen -n "__fish_qwen_needs_command" -a "demo" -d 'Watch qwen fix a real bug, with no account and no network'
complete -c qwen -n "__fish_qwen_needs_command" -a "sim" -d 'Serve a simulated Qwen Cloud on loopback, for people who test scripts'
complete -c qwen -n "__fish_qwen_needs_command" -a "cache" -d 'See what the provider\'s cache holds, what it saved, and on which rules'
complete -c qwen -n "__fish_qwen_needs_command" -a "batch" -d 'Do many tasks of a file, several at once, and go on where it stopped when it is started again'
complete -c qwen -n "__fish_qwen_needs_command" -a "auth" -d 'Sign in, see who is signed in, and choose between accounts'
complete -c qwen -n "__fish_qwen_needs_command" -a "doctor" -d 'See what a run here would use, and what is in its way'
complete -c qwen -n "__fish_qwen_needs_command" -a "privacy" -d 'See what leaves this machine, what the provider keeps, and what lies on this disk; remove it'
complete -c qwen -n "__fish_qwen_needs_command" -a "telemetry" -d 'See what is counted of how qwen is used, and turn it on or off'
complete -c qwen -n "__fish_qwen_needs_command" -a "models" -d 'List the models of the catalogue: window, output, prices, cache, and where they are served'
complete -c qwen -n "__fish_qwen_needs_command" -a "sessions" -d 'See what was said in earlier sessions, take it elsewhere, remove it'
complete -c qwen -n "__fish_qwen_needs_command" -a "completions" -d 'Print the completion script of a shell'
complete -c qwen -n "__fish_qwen_using_subcommand demo" -l keep -d 'Keep the temporary repository and say where it is'
complete -c qwen -n "__fish_qwen_using_subcommand demo" -l text -d 'Write a log instead of opening the screen, and approve what the script does'
complete -c qwen -n "__fish_qwen_using_subcommand demo" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qwen -n "__fish_qwen_using_subcommand sim" -l port -d 'The port to listen on; 0 takes any that is free' -r
complete -c qwen -n "__fish_qwen_using_subcommand sim" -l script -d 'What to answer, turn by turn [default: a plain greeting to everything]' -r -F
complete -c qwen -n "__fish_qwen_using_subcommand sim" -l model -d 'The model it claims to be' -r
complete -c qwen -n "__fish_qwen_using_subcommand sim" -l window -d 'The model\'s window, in tokens' -r
complete -c qwen -n "__fish_qwen_using_subcommand sim" -l key -d 'The key it accepts [default: any]' -r
complete -c qwen -n "__fish_qwen_using_subcommand sim" -l look-back -d 'How many blocks before a marker the cache looks back' -r
complete -c qwen -n "__fish_qwen_using_subcommand sim" -l unit -d 'What counts as one block of the look-back' -r -f -a "element\t'Each part of a message\'s content'
message\t'Each message'"
complete -c qwen -n "__fish_qwen_using_subcommand sim" -l cache-quirk -d 'What is odd about the server\'s cache' -r -f -a "ignores-markers\t''
silent\t''
nested-5m\t''
nested-creation\t''
read-only\t''
deepseek\t''
moonshot\t''
llama-cpp\t''
openrouter\t''
extra-inputs\t''
unknown-parameter\t''
no-tool-arrays\t''
no-arrays\t''
evicts\t''"
complete -c qwen -n "__fish_qwen_using_subcommand sim" -l oauth -d 'How logins by device code go' -r -f -a "approve\t''
by-hand\t''
slow-down\t''
slow-down-429\t''
expired\t''
expired-401\t''
denied\t''
invalid-client\t''
web-page\t''
null-token\t''
no-interval\t''
drop\t''
refresh-denied\t''
quota\t''"
complete -c qwen -n "__fish_qwen_using_subcommand sim" -l oauth-token-seconds -d 'How long an access token of a login lives, in seconds' -r
complete -c qwen -n "__fish_qwen_using_subcommand sim" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qwen -n "__fish_qwen_using_subcommand cache; and not __fish_seen_subcommand_from status explain policy forget models" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qwen -n "__fish_qwen_using_subcommand cache; and not __fish_seen_subcommand_from status explain policy forget models" -f -a "status" -d 'Is this repository\'s prompt stored now, until when, and what would the next request read and write?'
complete -c qwen -n "__fish_qwen_using_subcommand cache; and not __fish_seen_subcommand_from status explain policy forget models" -f -a "explain" -d 'Why did each request of a session cost what it cost?'
complete -c qwen -n "__fish_qwen_using_subcommand cache; and not __fish_seen_subcommand_from status explain policy forget models" -f -a "policy" -d 'Which rules are in force for this model, and what does each mode keep where and for how long?'
complete -c qwen -n "__fish_qwen_using_subcommand cache; and not __fish_seen_subcommand_from status explain policy forget models" -f -a "forget" -d 'Have the provider delete the conversations it keeps for this project'
complete -c qwen -n "__fish_qwen_using_subcommand cache; and not __fish_seen_subcommand_from status explain policy forget models" -f -a "models" -d 'Which models have which cache, and at what price?'
complete -c qwen -n "__fish_qwen_using_subcommand cache; and __fish_seen_subcommand_from status" -s m -l model -d 'Ask about this model instead of the one that is set' -r
complete -c qwen -n "__fish_qwen_using_subcommand cache; and __fish_seen_subcommand_from status" -l json -d 'Answer as JSON'
complete -c qwen -n "__fish_qwen_using_subcommand cache; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qwen -n "__fish_qwen_using_subcommand cache; and __fish_seen_subcommand_from explain" -l json -d 'Answer as JSON, in the form of docs/schemas/cache-explain.schema.json'
complete -c qwen -n "__fish_qwen_using_subcommand cache; and __fish_seen_subcommand_from explain" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qwen -n "__fish_qwen_using_subcommand cache; and __fish_seen_subcommand_from policy" -s m -l model -d 'Ask about this model instead of the one that is set' -r
complete -c qwen -n "__fish_qwen_using_subcommand cache; and __fish_seen_subcommand_from policy" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qwen -n "__fish_qwen_using_subcommand cache; and __fish_seen_subcommand_from forget" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qwen -n "__fish_qwen_using_subcommand cache; and __fish_seen_subcommand_from models" -l json -d 'Answer as JSON'
complete -c qwen -n "__fish_qwen_using_subcommand cache; and __fish_seen_subcommand_from models" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qwen -n "__fish_qwen_using_subcommand batch" -s j -l jobs -d 'How many tasks run at once' -r
complete -c qwen -n "__fish_qwen_using_subcommand batch" -s o -l output -d 'Where results go, one line of JSON each; `-` is stdout, from which nothing can be resumed [default: FILE with `.results.jsonl`; stdout for stdin]' -r -F
complete -c qwen -n "__fish_qwen_using_subcommand batch" -l shard -d 'Do one part of the file, such as `2/3`; the parts of a file share nothing and leave nothing out' -r
complete -c qwen -n "__fish_qwen_using_subcommand batch" -l shards -d 'Do one of so many parts: the one that `JOB_COMPLETION_INDEX` names, as Kubernetes sets it' -r
complete -c qwen -n "__fish_qwen_using_subcommand batch" -l max-cost -d 'Stop all with exit code 55 once the tasks in the output have cost this much, in US dollars; no task gets more than is left of it' -r
complete -c qwen -n "__fish_qwen_using_subcommand batch" -l max-wall-time -d 'Stop all with exit code 55 after this time: `90`, `30s`, `5m`, `1.5h`' -r
complete -c qwen -n "__fish_qwen_using_subcommand batch" -s m -l model -d 'The model of tasks that name none' -r
complete -c qwen -n "__fish_qwen_using_subcommand batch" -l approval-mode -d 'What may happen without asking, in tasks that do not say: plan, default, auto-edit, yolo' -r
complete -c qwen -n "__fish_qwen_using_subcommand batch" -l timeout -d 'The longest time of tasks that do not say: `90`, `30s`, `5m`, `1.5h`' -r
complete -c qwen -n "__fish_qwen_using_subcommand batch" -l check -d 'Only check the tasks: run nothing, cost nothing'
complete -c qwen -n "__fish_qwen_using_subcommand batch" -l retry-failed -d 'Do the tasks again that failed'
complete -c qwen -n "__fish_qwen_using_subcommand batch" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qwen -n "__fish_qwen_using_subcommand auth; and not __fish_seen_subcommand_from login logout status list use test" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qwen -n "__fish_qwen_using_subcommand auth; and not __fish_seen_subcommand_from login logout status list use test" -f -a "login" -d 'Sign in with a code, or add a key'
complete -c qwen -n "__fish_qwen_using_subcommand auth; and not __fish_seen_subcommand_from login logout status list use test" -f -a "logout" -d 'Forget an account and its key'
complete -c qwen -n "__fish_qwen_using_subcommand auth; and not __fish_seen_subcommand_from login logout status list use test" -f -a "status" -d 'Who is signed in here, with what, and what stands above it?'
complete -c qwen -n "__fish_qwen_using_subcommand auth; and not __fish_seen_subcommand_from login logout status list use test" -f -a "list" -d 'The accounts, and the keys that were found elsewhere'
complete -c qwen -n "__fish_qwen_using_subcommand auth; and not __fish_seen_subcommand_from login logout status list use test" -f -a "use" -d 'Use an account from now on'
complete -c qwen -n "__fish_qwen_using_subcommand auth; and not __fish_seen_subcommand_from login logout status list use test" -f -a "test" -d 'Ask the server of an account one real question'
complete -c qwen -n "__fish_qwen_using_subcommand auth; and __fish_seen_subcommand_from login" -s k -l key -d 'The key; other users of this machine can see it while qwen runs, so prefer --key-stdin' -r
complete -c qwen -n "__fish_qwen_using_subcommand auth; and __fish_seen_subcommand_from login" -l region -d 'The region or plan of the preset: china, global, singapore, us, …' -r
complete -c qwen -n "__fish_qwen_using_subcommand auth; and __fish_seen_subcommand_from login" -s u -l base-url -d 'The address, for a server of your own' -r
complete -c qwen -n "__fish_qwen_using_subcommand auth; and __fish_seen_subcommand_from login" -s m -l model -d 'The model to use [default: the provider\'s usual one]' -r
complete -c qwen -n "__fish_qwen_using_subcommand auth; and __fish_seen_subcommand_from login" -s n -l name -d 'The name of the account [default: the preset\'s]' -r
complete -c qwen -n "__fish_qwen_using_subcommand auth; and __fish_seen_subcommand_from login" -l key-stdin -d 'Read the key from stdin'
complete -c qwen -n "__fish_qwen_using_subcommand auth; and __fish_seen_subcommand_from login" -l keep-untested -d 'Keep the key although its test failed'
complete -c qwen -n "__fish_qwen_using_subcommand auth; and __fish_seen_subcommand_from login" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qwen -n "__fish_qwen_using_subcommand auth; and __fish_seen_subcommand_from logout" -s h -l help -d 'Print help'
complete -c qwen -n "__fish_qwen_using_subcommand auth; and __fish_seen_subcommand_from status" -l json -d 'Answer as JSON (docs/auth.md)'
complete -c qwen -n "__fish_qwen_using_subcommand auth; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qwen -n "__fish_qwen_using_subcommand auth; and __fish_seen_subcommand_from list" -l json -d 'Answer as JSON (docs/auth.md)'
complete -c qwen -n "__fish_qwen_using_subcommand auth; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c qwen -n "__fish_qwen_using_subcommand auth; and __fish_seen_subcommand_from use" -s h -l help -d 'Print help'
complete -c qwen -n "__fish_qwen_using_subcommand auth; and __fish_seen_subcommand_from test" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qwen -n "__fish_qwen_using_subcommand doctor" -l online -d 'Ask the server too: one real request with the key'
complete -c qwen -n "__fish_qwen_using_subcommand doctor" -l json -d 'Answer as JSON, in the form of docs/schemas/doctor.schema.json'
complete -c qwen -n "__fish_qwen_using_subcommand doctor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qwen -n "__fish_qwen_using_subcommand privacy; and not __fish_seen_subcommand_from show purge" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qwen -n "__fish_qwen_using_subcommand privacy; and not __fish_seen_subcommand_from show purge" -f -a "show" -d 'Print what leaves, what is kept there, what is counted, and what lies here'
complete -c qwen -n "__fish_qwen_using_subcommand privacy; and not __fish_seen_subcommand_from show purge" -f -a "purge" -d 'Remove what lies on this disk, after a yes'
complete -c qwen -n "__fish_qwen_using_subcommand privacy; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qwen -n "__fish_qwen_using_subcommand privacy; and __fish_seen_subcommand_from purge" -s y -l yes -d 'Do not ask'
complete -c qwen -n "__fish_qwen_using_subcommand privacy; and __fish_seen_subcommand_from purge" -l sessions -d 'Conversations, what you typed, and what was read of repositories'
complete -c qwen -n "__fish_qwen_using_subcommand privacy; and __fish_seen_subcommand_from purge" -l cache -d 'What is known of the provider\'s cache'
complete -c qwen -n "__fish_qwen_using_subcommand privacy; and __fish_seen_subcommand_from purge" -l outputs -d 'Whole outputs of tools'
complete -c qwen -n "__fish_qwen_using_subcommand privacy; and __fish_seen_subcommand_from purge" -l telemetry -d 'What is counted, and reports of crashes'
complete -c qwen -n "__fish_qwen_using_subcommand privacy; and __fish_seen_subcommand_from purge" -l settings -d 'Your settings'
complete -c qwen -n "__fish_qwen_using_subcommand privacy; and __fish_seen_subcommand_from purge" -l accounts -d 'Accounts, keys in files and sign-ins'
complete -c qwen -n "__fish_qwen_using_subcommand privacy; and __fish_seen_subcommand_from purge" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qwen -n "__fish_qwen_using_subcommand telemetry; and not __fish_seen_subcommand_from status show on off purge send crash" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qwen -n "__fish_qwen_using_subcommand telemetry; and not __fish_seen_subcommand_from status show on off purge send crash" -f -a "status" -d 'Is anything counted here, why, where does it go, what waits, and how old is the id?'
complete -c qwen -n "__fish_qwen_using_subcommand telemetry; and not __fish_seen_subcommand_from status show on off purge send crash" -f -a "show" -d 'Print the exact bytes that wait to be sent; when none wait, those that were sent last'
complete -c qwen -n "__fish_qwen_using_subcommand telemetry; and not __fish_seen_subcommand_from status show on off purge send crash" -f -a "on" -d 'Say yes, also with an API key'
complete -c qwen -n "__fish_qwen_using_subcommand telemetry; and not __fish_seen_subcommand_from status show on off purge send crash" -f -a "off" -d 'Say no, and remove everything that was kept'
complete -c qwen -n "__fish_qwen_using_subcommand telemetry; and not __fish_seen_subcommand_from status show on off purge send crash" -f -a "purge" -d 'Remove what waits, what was sent last and the id'
complete -c qwen -n "__fish_qwen_using_subcommand telemetry; and not __fish_seen_subcommand_from status show on off purge send crash" -f -a "send" -d 'Send what waits now, instead of with the next session'
complete -c qwen -n "__fish_qwen_using_subcommand telemetry; and not __fish_seen_subcommand_from status show on off purge send crash" -f -a "crash" -d 'Print the report of the last crash'
complete -c qwen -n "__fish_qwen_using_subcommand telemetry; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help'
complete -c qwen -n "__fish_qwen_using_subcommand telemetry; and __fish_seen_subcommand_from show" -l sent -d 'Print the bytes that were sent last'
complete -c qwen -n "__fish_qwen_using_subcommand telemetry; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c qwen -n "__fish_qwen_using_subcommand telemetry; and __fish_seen_subcommand_from on" -s h -l help -d 'Print help'
complete -c qwen -n "__fish_qwen_using_subcommand telemetry; and __fish_seen_subcommand_from off" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qwen -n "__fish_qwen_using_subcommand telemetry; and __fish_seen_subcommand_from purge" -s h -l help -d 'Print help'
complete -c qwen -n "__fish_qwen_using_subcommand telemetry; and __fish_seen_subcommand_from send" -s h -l help -d 'Print help'
complete -c qwen -n "__fish_qwen_using_subcommand telemetry; and __fish_seen_subcommand_from crash" -l now -d 'Crash on purpose, to see what a report holds'
complete -c qwen -n "__fish_qwen_using_subcommand telemetry; and __fish_seen_subcommand_from crash" -l remove -d 'Remove the reports'
complete -c qwen -n "__fish_qwen_using_subcommand telemetry; and __fish_seen_subcommand_from crash" -s h -l help -d 'Print help'
complete -c qwen -n "__fish_qwen_using_subcommand models" -l json -d 'Answer as JSON, in the form of docs/schemas/models.schema.json'
complete -c qwen -n "__fish_qwen_using_subcommand models" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qwen -n "__fish_qwen_using_subcommand sessions; and not __fish_seen_subcommand_from list show export rm fork gc" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qwen -n "__fish_qwen_using_subcommand sessions; and not __fish_seen_subcommand_from list show export rm fork gc" -f -a "list" -d 'Which sessions are kept, the newest first?'
complete -c qwen -n "__fish_qwen_using_subcommand sessions; and not __fish_seen_subcommand_from list show export rm fork gc" -f -a "show" -d 'Print a conversation as text'
complete -c qwen -n "__fish_qwen_using_subcommand sessions; and not __fish_seen_subcommand_from list show export rm fork gc" -f -a "export" -d 'Write a conversation as Markdown for people, or as JSON lines for programs'
complete -c qwen -n "__fish_qwen_using_subcommand sessions; and not __fish_seen_subcommand_from list show export rm fork gc" -f -a "rm" -d 'Remove sessions from this machine'
complete -c qwen -n "__fish_qwen_using_subcommand sessions; and not __fish_seen_subcommand_from list show export rm fork gc" -f -a "fork" -d 'Copy a session and print the id of the copy'
complete -c qwen -n "__fish_qwen_using_subcommand sessions; and not __fish_seen_subcommand_from list show export rm fork gc" -f -a "gc" -d 'Remove the sessions of all projects that nobody wrote in for long'
complete -c qwen -n "__fish_qwen_using_subcommand sessions; and __fish_seen_subcommand_from list" -s a -l all -d 'Of all projects, each with its folder'
complete -c qwen -n "__fish_qwen_using_subcommand sessions; and __fish_seen_subcommand_from list" -l json -d 'Answer as JSON, in the form of docs/schemas/sessions.schema.json'
complete -c qwen -n "__fish_qwen_using_subcommand sessions; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qwen -n "__fish_qwen_using_subcommand sessions; and __fish_seen_subcommand_from show" -l full -d 'Print results of tools and thoughts whole'
complete -c qwen -n "__fish_qwen_using_subcommand sessions; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qwen -n "__fish_qwen_using_subcommand sessions; and __fish_seen_subcommand_from export" -s f -l format -d 'How it is written [default: markdown]' -r -f -a "markdown\t'For people'
jsonl\t'For programs: the lines of the transcript'"
complete -c qwen -n "__fish_qwen_using_subcommand sessions; and __fish_seen_subcommand_from export" -s o -l output -d 'A file that is not there yet [default: stdout]' -r -F
complete -c qwen -n "__fish_qwen_using_subcommand sessions; and __fish_seen_subcommand_from export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qwen -n "__fish_qwen_using_subcommand sessions; and __fish_seen_subcommand_from rm" -s y -l yes -d 'Do not ask'
complete -c qwen -n "__fish_qwen_using_subcommand sessions; and __fish_seen_subcommand_from rm" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qwen -n "__fish_qwen_using_subcommand sessions; and __fish_seen_subcommand_from fork" -l session-id -d 'The id of the copy [default: a random UUID]' -r
complete -c qwen -n "__fish_qwen_using_subcommand sessions; and __fish_seen_subcommand_from fork" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qwen -n "__fish_qwen_using_subcommand sessions; and __fish_seen_subcommand_from gc" -l older-than -d 'Those nobody wrote in for so many days, whatever the setting says' -r
complete -c qwen -n "__fish_qwen_using_subcommand sessions; and __fish_seen_subcommand_from gc" -l dry-run -d 'Say what would go and remove nothing'
complete -c qwen -n "__fish_qwen_using_subcommand sessions; and __fish_seen_subcommand_from gc" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c qwen -n "__fish_qwen_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
