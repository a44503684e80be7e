
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'qwen' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'qwen'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'qwen' {
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'The prompt, as a flag; text on stdin is put before it')
            [CompletionResult]::new('--prompt', '--prompt', [CompletionResultType]::ParameterName, 'The prompt, as a flag; text on stdin is put before it')
            [CompletionResult]::new('-i', '-i', [CompletionResultType]::ParameterName, 'Say this first, then stay in the terminal')
            [CompletionResult]::new('--prompt-interactive', '--prompt-interactive', [CompletionResultType]::ParameterName, 'Say this first, then stay in the terminal')
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'The model to ask')
            [CompletionResult]::new('--model', '--model', [CompletionResultType]::ParameterName, 'The model to ask')
            [CompletionResult]::new('--fallback-model', '--fallback-model', [CompletionResultType]::ParameterName, 'Models to ask, in order, when the one in use answers 429, 503 or 529 to all tries; at most 3')
            [CompletionResult]::new('--auth-type', '--auth-type', [CompletionResultType]::ParameterName, 'How to reach the model: `openai` is any server that speaks Chat Completions, `qwen-oauth` a sign-in')
            [CompletionResult]::new('--openai-api-key', '--openai-api-key', [CompletionResultType]::ParameterName, 'The key to use; other users of this machine can see it while qwen runs, so prefer the environment')
            [CompletionResult]::new('--openai-base-url', '--openai-base-url', [CompletionResultType]::ParameterName, 'The endpoint to use, such as `http://localhost:11434/v1`')
            [CompletionResult]::new('--proxy', '--proxy', [CompletionResultType]::ParameterName, 'The proxy to reach the network through')
            [CompletionResult]::new('--approval-mode', '--approval-mode', [CompletionResultType]::ParameterName, 'What may happen without asking')
            [CompletionResult]::new('--core-tools', '--core-tools', [CompletionResultType]::ParameterName, 'Offer the model these tools and no others; '''' offers none')
            [CompletionResult]::new('--exclude-tools', '--exclude-tools', [CompletionResultType]::ParameterName, 'Deny these tools, or uses of them such as ''Bash(git push *)''')
            [CompletionResult]::new('--allowed-tools', '--allowed-tools', [CompletionResultType]::ParameterName, 'Allow these tools, or uses of them such as ''Bash(cargo test)'', without asking')
            [CompletionResult]::new('--include-directories', '--include-directories', [CompletionResultType]::ParameterName, 'Folders to work in beside this one; may be repeated or separated by commas')
            [CompletionResult]::new('--add-dir', '--add-dir', [CompletionResultType]::ParameterName, 'Folders to work in beside this one; may be repeated or separated by commas')
            [CompletionResult]::new('--system-prompt', '--system-prompt', [CompletionResultType]::ParameterName, 'Replace the system prompt')
            [CompletionResult]::new('--append-system-prompt', '--append-system-prompt', [CompletionResultType]::ParameterName, 'Add to the end of the system prompt')
            [CompletionResult]::new('-r', '-r', [CompletionResultType]::ParameterName, 'Go on with this session; without an id, choose from a list')
            [CompletionResult]::new('--resume', '--resume', [CompletionResultType]::ParameterName, 'Go on with this session; without an id, choose from a list')
            [CompletionResult]::new('--session-id', '--session-id', [CompletionResultType]::ParameterName, 'The id of the new session, or with --fork-session of the copy [default: a random UUID]')
            [CompletionResult]::new('--chat-recording', '--chat-recording', [CompletionResultType]::ParameterName, '`false` keeps nothing of this session, as --private')
            [CompletionResult]::new('--max-session-turns', '--max-session-turns', [CompletionResultType]::ParameterName, 'Stop after this many requests with exit code 53; -1 is no limit')
            [CompletionResult]::new('--lang', '--lang', [CompletionResultType]::ParameterName, 'What the screen speaks [default: the language of the locale]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How stdout is written [default: text]')
            [CompletionResult]::new('--output-format', '--output-format', [CompletionResultType]::ParameterName, 'How stdout is written [default: text]')
            [CompletionResult]::new('--input-format', '--input-format', [CompletionResultType]::ParameterName, 'What comes on stdin: a text, or messages and control requests, one a line; see docs/headless.md')
            [CompletionResult]::new('--json-fd', '--json-fd', [CompletionResultType]::ParameterName, 'Also write what happens, as with stream-json, to this open file descriptor')
            [CompletionResult]::new('--json-file', '--json-file', [CompletionResultType]::ParameterName, 'Also write what happens, as with stream-json, to this file or pipe')
            [CompletionResult]::new('--input-file', '--input-file', [CompletionResultType]::ParameterName, 'Beside the screen: say what another program writes to this file or pipe, one JSON object a line')
            [CompletionResult]::new('--json-schema', '--json-schema', [CompletionResultType]::ParameterName, 'Have the answer as JSON of this form: a JSON Schema, or `@FILE` with one')
            [CompletionResult]::new('--channel', '--channel', [CompletionResultType]::ParameterName, 'Which program starts qwen; taken from clients made for Qwen Code, without effect')
            [CompletionResult]::new('--max-wall-time', '--max-wall-time', [CompletionResultType]::ParameterName, 'Stop after this time with exit code 55: `90`, `30s`, `5m`, `1.5h`')
            [CompletionResult]::new('--max-tool-calls', '--max-tool-calls', [CompletionResultType]::ParameterName, 'Stop with exit code 55 when the model calls more tools than this; 0 allows none, -1 is no limit')
            [CompletionResult]::new('--max-cost', '--max-cost', [CompletionResultType]::ParameterName, 'Stop with exit code 55 when the requests have cost this much, in US dollars')
            [CompletionResult]::new('--max-tokens', '--max-tokens', [CompletionResultType]::ParameterName, 'Stop with exit code 55 when the requests have used this many tokens, in and out')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Approve everything')
            [CompletionResult]::new('--yolo', '--yolo', [CompletionResultType]::ParameterName, 'Approve everything')
            [CompletionResult]::new('--bare', '--bare', [CompletionResultType]::ParameterName, 'Look for nothing by itself: no instruction files, no map of the repository')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Go on with the newest session of this project')
            [CompletionResult]::new('--continue', '--continue', [CompletionResultType]::ParameterName, 'Go on with the newest session of this project')
            [CompletionResult]::new('--private', '--private', [CompletionResultType]::ParameterName, 'Keep nothing of this session: no transcript, no note of what is cached, no copy at the provider, nothing counted')
            [CompletionResult]::new('--no-telemetry', '--no-telemetry', [CompletionResultType]::ParameterName, 'Count nothing of this run and send nothing of the kind; `qwen telemetry off` says it for good')
            [CompletionResult]::new('--fork-session', '--fork-session', [CompletionResultType]::ParameterName, 'With --continue or --resume: go on in a copy, and leave the session as it is')
            [CompletionResult]::new('--screen-reader', '--screen-reader', [CompletionResultType]::ParameterName, 'Plain lines for a screen reader: no boxes, nothing that moves, a word before each kind of text')
            [CompletionResult]::new('--fullscreen', '--fullscreen', [CompletionResultType]::ParameterName, 'Take the whole window and give it back at the end')
            [CompletionResult]::new('--include-partial-messages', '--include-partial-messages', [CompletionResultType]::ParameterName, 'With stream-json, also write the pieces of an answer while it comes')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Print the version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print the version')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('demo', 'demo', [CompletionResultType]::ParameterValue, 'Watch qwen fix a real bug, with no account and no network')
            [CompletionResult]::new('sim', 'sim', [CompletionResultType]::ParameterValue, 'Serve a simulated Qwen Cloud on loopback, for people who test scripts')
            [CompletionResult]::new('cache', 'cache', [CompletionResultType]::ParameterValue, 'See what the provider''s cache holds, what it saved, and on which rules')
            [CompletionResult]::new('batch', 'batch', [CompletionResultType]::ParameterValue, 'Do many tasks of a file, several at once, and go on where it stopped when it is started again')
            [CompletionResult]::new('auth', 'auth', [CompletionResultType]::ParameterValue, 'Sign in, see who is signed in, and choose between accounts')
            [CompletionResult]::new('doctor', 'doctor', [CompletionResultType]::ParameterValue, 'See what a run here would use, and what is in its way')
            [CompletionResult]::new('privacy', 'privacy', [CompletionResultType]::ParameterValue, 'See what leaves this machine, what the provider keeps, and what lies on this disk; remove it')
            [CompletionResult]::new('telemetry', 'telemetry', [CompletionResultType]::ParameterValue, 'See what is counted of how qwen is used, and turn it on or off')
            [CompletionResult]::new('models', 'models', [CompletionResultType]::ParameterValue, 'List the models of the catalogue: window, output, prices, cache, and where they are served')
            [CompletionResult]::new('sessions', 'sessions', [CompletionResultType]::ParameterValue, 'See what was said in earlier sessions, take it elsewhere, remove it')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completion script of a shell')
            break
        }
        'qwen;demo' {
            [CompletionResult]::new('--keep', '--keep', [CompletionResultType]::ParameterName, 'Keep the temporary repository and say where it is')
            [CompletionResult]::new('--text', '--text', [CompletionResultType]::ParameterName, 'Write a log instead of opening the screen, and approve what the script does')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'qwen;sim' {
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'The port to listen on; 0 takes any that is free')
            [CompletionResult]::new('--script', '--script', [CompletionResultType]::ParameterName, 'What to answer, turn by turn [default: a plain greeting to everything]')
            [CompletionResult]::new('--model', '--model', [CompletionResultType]::ParameterName, 'The model it claims to be')
            [CompletionResult]::new('--window', '--window', [CompletionResultType]::ParameterName, 'The model''s window, in tokens')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'The key it accepts [default: any]')
            [CompletionResult]::new('--look-back', '--look-back', [CompletionResultType]::ParameterName, 'How many blocks before a marker the cache looks back')
            [CompletionResult]::new('--unit', '--unit', [CompletionResultType]::ParameterName, 'What counts as one block of the look-back')
            [CompletionResult]::new('--cache-quirk', '--cache-quirk', [CompletionResultType]::ParameterName, 'What is odd about the server''s cache')
            [CompletionResult]::new('--oauth', '--oauth', [CompletionResultType]::ParameterName, 'How logins by device code go')
            [CompletionResult]::new('--oauth-token-seconds', '--oauth-token-seconds', [CompletionResultType]::ParameterName, 'How long an access token of a login lives, in seconds')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'qwen;cache' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Is this repository''s prompt stored now, until when, and what would the next request read and write?')
            [CompletionResult]::new('explain', 'explain', [CompletionResultType]::ParameterValue, 'Why did each request of a session cost what it cost?')
            [CompletionResult]::new('policy', 'policy', [CompletionResultType]::ParameterValue, 'Which rules are in force for this model, and what does each mode keep where and for how long?')
            [CompletionResult]::new('forget', 'forget', [CompletionResultType]::ParameterValue, 'Have the provider delete the conversations it keeps for this project')
            [CompletionResult]::new('models', 'models', [CompletionResultType]::ParameterValue, 'Which models have which cache, and at what price?')
            break
        }
        'qwen;cache;status' {
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'Ask about this model instead of the one that is set')
            [CompletionResult]::new('--model', '--model', [CompletionResultType]::ParameterName, 'Ask about this model instead of the one that is set')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Answer as JSON')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'qwen;cache;explain' {
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Answer as JSON, in the form of docs/schemas/cache-explain.schema.json')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'qwen;cache;policy' {
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'Ask about this model instead of the one that is set')
            [CompletionResult]::new('--model', '--model', [CompletionResultType]::ParameterName, 'Ask about this model instead of the one that is set')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'qwen;cache;forget' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'qwen;cache;models' {
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Answer as JSON')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'qwen;batch' {
            [CompletionResult]::new('-j', '-j', [CompletionResultType]::ParameterName, 'How many tasks run at once')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'How many tasks run at once')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Where results go, one line of JSON each; `-` is stdout, from which nothing can be resumed [default: FILE with `.results.jsonl`; stdout for stdin]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Where results go, one line of JSON each; `-` is stdout, from which nothing can be resumed [default: FILE with `.results.jsonl`; stdout for stdin]')
            [CompletionResult]::new('--shard', '--shard', [CompletionResultType]::ParameterName, 'Do one part of the file, such as `2/3`; the parts of a file share nothing and leave nothing out')
            [CompletionResult]::new('--shards', '--shards', [CompletionResultType]::ParameterName, 'Do one of so many parts: the one that `JOB_COMPLETION_INDEX` names, as Kubernetes sets it')
            [CompletionResult]::new('--max-cost', '--max-cost', [CompletionResultType]::ParameterName, 'Stop all with exit code 55 once the tasks in the output have cost this much, in US dollars; no task gets more than is left of it')
            [CompletionResult]::new('--max-wall-time', '--max-wall-time', [CompletionResultType]::ParameterName, 'Stop all with exit code 55 after this time: `90`, `30s`, `5m`, `1.5h`')
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'The model of tasks that name none')
            [CompletionResult]::new('--model', '--model', [CompletionResultType]::ParameterName, 'The model of tasks that name none')
            [CompletionResult]::new('--approval-mode', '--approval-mode', [CompletionResultType]::ParameterName, 'What may happen without asking, in tasks that do not say: plan, default, auto-edit, yolo')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'The longest time of tasks that do not say: `90`, `30s`, `5m`, `1.5h`')
            [CompletionResult]::new('--check', '--check', [CompletionResultType]::ParameterName, 'Only check the tasks: run nothing, cost nothing')
            [CompletionResult]::new('--retry-failed', '--retry-failed', [CompletionResultType]::ParameterName, 'Do the tasks again that failed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'qwen;auth' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('login', 'login', [CompletionResultType]::ParameterValue, 'Sign in with a code, or add a key')
            [CompletionResult]::new('logout', 'logout', [CompletionResultType]::ParameterValue, 'Forget an account and its key')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Who is signed in here, with what, and what stands above it?')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'The accounts, and the keys that were found elsewhere')
            [CompletionResult]::new('use', 'use', [CompletionResultType]::ParameterValue, 'Use an account from now on')
            [CompletionResult]::new('test', 'test', [CompletionResultType]::ParameterValue, 'Ask the server of an account one real question')
            break
        }
        'qwen;auth;login' {
            [CompletionResult]::new('-k', '-k', [CompletionResultType]::ParameterName, 'The key; other users of this machine can see it while qwen runs, so prefer --key-stdin')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'The key; other users of this machine can see it while qwen runs, so prefer --key-stdin')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'The region or plan of the preset: china, global, singapore, us, …')
            [CompletionResult]::new('-u', '-u', [CompletionResultType]::ParameterName, 'The address, for a server of your own')
            [CompletionResult]::new('--base-url', '--base-url', [CompletionResultType]::ParameterName, 'The address, for a server of your own')
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'The model to use [default: the provider''s usual one]')
            [CompletionResult]::new('--model', '--model', [CompletionResultType]::ParameterName, 'The model to use [default: the provider''s usual one]')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'The name of the account [default: the preset''s]')
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'The name of the account [default: the preset''s]')
            [CompletionResult]::new('--key-stdin', '--key-stdin', [CompletionResultType]::ParameterName, 'Read the key from stdin')
            [CompletionResult]::new('--keep-untested', '--keep-untested', [CompletionResultType]::ParameterName, 'Keep the key although its test failed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'qwen;auth;logout' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'qwen;auth;status' {
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Answer as JSON (docs/auth.md)')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'qwen;auth;list' {
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Answer as JSON (docs/auth.md)')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'qwen;auth;use' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'qwen;auth;test' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'qwen;doctor' {
            [CompletionResult]::new('--online', '--online', [CompletionResultType]::ParameterName, 'Ask the server too: one real request with the key')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Answer as JSON, in the form of docs/schemas/doctor.schema.json')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'qwen;privacy' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Print what leaves, what is kept there, what is counted, and what lies here')
            [CompletionResult]::new('purge', 'purge', [CompletionResultType]::ParameterValue, 'Remove what lies on this disk, after a yes')
            break
        }
        'qwen;privacy;show' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'qwen;privacy;purge' {
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask')
            [CompletionResult]::new('--sessions', '--sessions', [CompletionResultType]::ParameterName, 'Conversations, what you typed, and what was read of repositories')
            [CompletionResult]::new('--cache', '--cache', [CompletionResultType]::ParameterName, 'What is known of the provider''s cache')
            [CompletionResult]::new('--outputs', '--outputs', [CompletionResultType]::ParameterName, 'Whole outputs of tools')
            [CompletionResult]::new('--telemetry', '--telemetry', [CompletionResultType]::ParameterName, 'What is counted, and reports of crashes')
            [CompletionResult]::new('--settings', '--settings', [CompletionResultType]::ParameterName, 'Your settings')
            [CompletionResult]::new('--accounts', '--accounts', [CompletionResultType]::ParameterName, 'Accounts, keys in files and sign-ins')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'qwen;telemetry' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Is anything counted here, why, where does it go, what waits, and how old is the id?')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Print the exact bytes that wait to be sent; when none wait, those that were sent last')
            [CompletionResult]::new('on', 'on', [CompletionResultType]::ParameterValue, 'Say yes, also with an API key')
            [CompletionResult]::new('off', 'off', [CompletionResultType]::ParameterValue, 'Say no, and remove everything that was kept')
            [CompletionResult]::new('purge', 'purge', [CompletionResultType]::ParameterValue, 'Remove what waits, what was sent last and the id')
            [CompletionResult]::new('send', 'send', [CompletionResultType]::ParameterValue, 'Send what waits now, instead of with the next session')
            [CompletionResult]::new('crash', 'crash', [CompletionResultType]::ParameterValue, 'Print the report of the last crash')
            break
        }
        'qwen;telemetry;status' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'qwen;telemetry;show' {
            [CompletionResult]::new('--sent', '--sent', [CompletionResultType]::ParameterName, 'Print the bytes that were sent last')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'qwen;telemetry;on' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'qwen;telemetry;off' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'qwen;telemetry;purge' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'qwen;telemetry;send' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'qwen;telemetry;crash' {
            [CompletionResult]::new('--now', '--now', [CompletionResultType]::ParameterName, 'Crash on purpose, to see what a report holds')
            [CompletionResult]::new('--remove', '--remove', [CompletionResultType]::ParameterName, 'Remove the reports')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'qwen;models' {
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Answer as JSON, in the form of docs/schemas/models.schema.json')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'qwen;sessions' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'Which sessions are kept, the newest first?')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Print a conversation as text')
            [CompletionResult]::new('export', 'export', [CompletionResultType]::ParameterValue, 'Write a conversation as Markdown for people, or as JSON lines for programs')
            [CompletionResult]::new('rm', 'rm', [CompletionResultType]::ParameterValue, 'Remove sessions from this machine')
            [CompletionResult]::new('fork', 'fork', [CompletionResultType]::ParameterValue, 'Copy a session and print the id of the copy')
            [CompletionResult]::new('gc', 'gc', [CompletionResultType]::ParameterValue, 'Remove the sessions of all projects that nobody wrote in for long')
            break
        }
        'qwen;sessions;list' {
            [CompletionResult]::new('-a', '-a', [CompletionResultType]::ParameterName, 'Of all projects, each with its folder')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Of all projects, each with its folder')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Answer as JSON, in the form of docs/schemas/sessions.schema.json')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'qwen;sessions;show' {
            [CompletionResult]::new('--full', '--full', [CompletionResultType]::ParameterName, 'Print results of tools and thoughts whole')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'qwen;sessions;export' {
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'How it is written [default: markdown]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How it is written [default: markdown]')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'A file that is not there yet [default: stdout]')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'A file that is not there yet [default: stdout]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'qwen;sessions;rm' {
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'qwen;sessions;fork' {
            [CompletionResult]::new('--session-id', '--session-id', [CompletionResultType]::ParameterName, 'The id of the copy [default: a random UUID]')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'qwen;sessions;gc' {
            [CompletionResult]::new('--older-than', '--older-than', [CompletionResultType]::ParameterName, 'Those nobody wrote in for so many days, whatever the setting says')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would go and remove nothing')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'qwen;completions' {
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
