// Drives qwen through the official TypeScript client and compares what arrives. Run by `scripts/sdk.sh`.
//
//   node sdk.mjs PACKAGE EXECUTABLE BASE_URL FOLDER [case …]
//
// Each case gives plain facts; `expected` beside it is what they must be. What is ours to differ in stands in
// `docs/headless.md`, "Differences".
import { mkdirSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { pathToFileURL } from 'node:url';

const [packageFolder, executable, base, folder, ...wanted] = process.argv.slice(2);
const sdk = await import(pathToFileURL(join(packageFolder, 'dist/index.mjs')).href);
const { query, isAbortError } = sdk;
const isOurs = !executable.endsWith('.js');

let count = 0;
// A repository and a home of its own, and the options every case has.
function stage() {
  const at = join(folder, `case-${++count}`);
  const [cwd, home] = [join(at, 'work'), join(at, 'home')];
  for (const each of [cwd, home]) mkdirSync(each, { recursive: true });
  const env = {
    HOME: home, QWEN_HOME: join(home, '.qwen'), QWEN_NO_KEYRING: '1', QWEN_TELEMETRY: '0',
    OPENAI_API_KEY: 'sk-x', OPENAI_BASE_URL: base, OPENAI_MODEL: 'qwen3-coder-plus',
  };
  const said = [];
  const options = {
    cwd, env, pathToQwenExecutable: executable, authType: 'openai', stderr: (text) => said.push(text), logLevel: 'error',
  };
  return { cwd, options, said, has: (name) => existsSync(join(cwd, name)) };
}

function user(text) {
  return { type: 'user', session_id: 's', parent_tool_use_id: null, message: { role: 'user', content: text } };
}

// One word for each message: its type, its subtype, and what kinds of blocks it holds.
function kind(message) {
  if (message.type === 'stream_event') return `piece ${message.event.type}`;
  if (message.type === 'system' || message.type === 'result') return `${message.type} ${message.subtype}`;
  const content = message.message.content;
  const blocks = Array.isArray(content) ? content.map((block) => block.type).join('+') : 'words';
  return `${message.type} ${blocks}`;
}

// Everything until the end, or until the error it ends with.
async function all(running, onMessage = () => {}) {
  const messages = [];
  let error = null;
  try {
    for await (const message of running) {
      messages.push(message);
      await onMessage(message);
    }
  } catch (thrown) {
    error = isAbortError(thrown) ? 'AbortError' : thrown.message;
  }
  const results = messages.filter((message) => message.type === 'result');
  return { messages, kinds: messages.map(kind), results, last: results.at(-1), error };
}

// Words that are handed over one after the other, each when the case says so.
function script() {
  const waiting = [];
  let wake = () => {};
  return {
    say(text) { waiting.push(text); wake(); },
    end() { waiting.push(null); wake(); },
    async *words() {
      for (;;) {
        while (waiting.length === 0) await new Promise((resolve) => { wake = resolve; });
        const text = waiting.shift();
        if (text === null) return;
        yield user(text);
      }
    },
  };
}

// A session of several turns: after each result the next step runs; after the last one stdin ends.
async function turns(options, steps) {
  const words = script();
  const running = query({ prompt: words.words(), options });
  const next = async () => {
    const step = steps.shift();
    const text = step && await step(running);
    if (text) words.say(text);
    else words.end();
  };
  await next();
  const seen = await all(running, async (message) => { if (message.type === 'result') await next(); });
  return { running, ...seen };
}

const usual = ['system init', 'assistant text', 'result success'];
const refused = async (promise) => promise.then(() => 'done', (error) => error.message);

const cases = {
  'a prompt is answered': {
    async run() {
      const { options } = stage();
      const running = query({ prompt: 'say hello', options });
      const { messages, kinds, last, error } = await all(running);
      const [init] = messages;
      return {
        kinds, error, result: last.result, is_error: last.is_error, num_turns: last.num_turns,
        one_session: messages.every((message) => message.session_id === running.getSessionId()),
        guards: [
          sdk.isSDKSystemMessage(init), sdk.isSDKAssistantMessage(messages[1]), sdk.isSDKResultMessage(last),
        ],
        init: [init.model, init.permission_mode, init.cwd === options.cwd, init.tools.includes('run_shell_command')],
        counted: last.usage.input_tokens > 0 && last.usage.output_tokens > 0, closed: running.isClosed(),
      };
    },
    expected: {
      kinds: usual, error: null, result: 'Hello, world.', is_error: false, num_turns: 1, one_session: true,
      guards: [true, true, true], init: ['qwen3-coder-plus', 'default', true, true], counted: true, closed: false,
    },
  },
  'the pieces of an answer arrive': {
    async run() {
      const { options } = stage();
      const running = query({ prompt: 'think first', options: { ...options, includePartialMessages: true } });
      const { messages, kinds, last } = await all(running);
      const deltas = messages.filter((message) => sdk.isSDKPartialAssistantMessage(message)).map((m) => m.event.delta);
      const joined = (field) => deltas.map((delta) => delta?.[field] ?? '').join('');
      return {
        kinds: kinds.filter((each, at) => each !== kinds[at - 1]),
        thinking: joined('thinking'), text: joined('text'), result: last.result,
      };
    },
    expected: {
      kinds: [
        'system init', 'piece message_start', 'piece content_block_start', 'piece content_block_delta',
        'piece content_block_stop', 'piece content_block_start', 'piece content_block_delta',
        'piece content_block_stop', 'assistant thinking', 'assistant text', 'piece message_stop', 'result success',
      ],
      thinking: 'Let me see.', text: 'Seen.', result: 'Seen.',
    },
  },
  'canUseTool allows a command': {
    async run() {
      const { options, has } = stage();
      const asked = [];
      const canUseTool = async (name, input, { signal, suggestions }) => {
        asked.push([name, input.command, signal.aborted, suggestions.map((each) => each.type)]);
        return { behavior: 'allow', updatedInput: input };
      };
      const { kinds, last } = await all(query({ prompt: 'make A', options: { ...options, canUseTool } }));
      return { asked, kinds, made: has('A'), denials: last.permission_denials.length };
    },
    expected: {
      asked: [['run_shell_command', 'echo a > A', false, ['allow', 'deny']]],
      kinds: ['system init', 'assistant tool_use', 'user tool_result', 'assistant text', 'result success'],
      made: true, denials: 0,
    },
  },
  'canUseTool changes what is run': {
    async run() {
      const { options, has } = stage();
      const canUseTool = async (_, input) =>
        ({ behavior: 'allow', updatedInput: { ...input, command: 'echo c > C' } });
      const { last } = await all(query({ prompt: 'make A', options: { ...options, canUseTool } }));
      return { A: has('A'), C: has('C'), result: last.result };
    },
    expected: { A: false, C: true, result: 'Done.' },
  },
  'canUseTool denies a command': {
    async run() {
      const { options, has } = stage();
      const canUseTool = async () => ({ behavior: 'deny', message: 'not on my machine' });
      const { messages, last, kinds } = await all(query({ prompt: 'make A', options: { ...options, canUseTool } }));
      const [answer] = messages.find((message) => message.type === 'user').message.content;
      return {
        made: has('A'), kinds, is_error: answer.is_error, told: String(answer.content).includes('not on my machine'),
        denials: last.permission_denials.map((each) => [each.tool_name, each.tool_input.command]), result: last.result,
      };
    },
    expected: {
      made: false, is_error: true, told: true, denials: [['run_shell_command', 'echo a > A']], result: 'Done.',
      kinds: ['system init', 'assistant tool_use', 'user tool_result', 'assistant text', 'result success'],
    },
  },
  'a denial with interrupt ends the turn': {
    async run() {
      const { options, has } = stage();
      const canUseTool = async () => ({ behavior: 'deny', message: 'stop', interrupt: true });
      const { kinds, last, error } = await all(query({ prompt: 'make A', options: { ...options, canUseTool } }));
      return { made: has('A'), kinds, is_error: last?.is_error, error };
    },
    expected: {
      made: false, is_error: true, error: null,
      kinds: ['system init', 'assistant tool_use', 'user tool_result', 'result error_during_execution'],
    },
  },
  'without canUseTool nothing is allowed': {
    async run() {
      const { options, has } = stage();
      const { last } = await all(query({ prompt: 'make A', options }));
      return { made: has('A'), denials: last.permission_denials.length, result: last.result };
    },
    expected: { made: false, denials: 1, result: 'Done.' },
  },
  'canUseTool that throws has denied': {
    async run() {
      const { options, has } = stage();
      const canUseTool = async () => { throw new Error('the window was closed'); };
      const { last } = await all(query({ prompt: 'make A', options: { ...options, canUseTool } }));
      return { made: has('A'), result: last.result };
    },
    expected: { made: false, result: 'Done.' },
  },
  'canUseTool that is too slow has denied': {
    async run() {
      const { options, has } = stage();
      const canUseTool = () => new Promise(() => {});
      const { last } = await all(
        query({ prompt: 'make A', options: { ...options, canUseTool, timeout: { canUseTool: 1000 } } }),
      );
      return { made: has('A'), result: last.result };
    },
    expected: { made: false, result: 'Done.' },
  },
  'rules allow and forbid without a question': {
    async run() {
      const [allowed, forbidden] = [stage(), stage()];
      let asked = 0;
      const canUseTool = async (_, input) => { asked += 1; return { behavior: 'allow', updatedInput: input }; };
      await all(query({
        prompt: 'make A', options: { ...allowed.options, canUseTool, allowedTools: ['ShellTool(echo *)', 'write_file'] },
      }));
      await all(query({ prompt: 'make A', options: { ...forbidden.options, canUseTool, excludeTools: ['Bash(echo *)'] } }));
      return { allowed: allowed.has('A'), forbidden: forbidden.has('A'), asked };
    },
    expected: { allowed: true, forbidden: false, asked: 0 },
  },
  'plan, auto-edit and yolo mean what they say': {
    async run() {
      const facts = {};
      for (const permissionMode of ['plan', 'auto-edit', 'yolo']) {
        const { options, has } = stage();
        let asked = 0;
        const canUseTool = async () => { asked += 1; return { behavior: 'deny', message: 'no' }; };
        const seen = await turns({ ...options, permissionMode, canUseTool }, [() => 'edit by hand', () => 'make A']);
        facts[permissionMode] = {
          says: seen.messages[0].permission_mode, edited: has('B'), ran: has('A'), asked, results: seen.results.length,
        };
      }
      return facts;
    },
    expected: {
      plan: { says: 'plan', edited: false, ran: false, asked: 0, results: 2 },
      'auto-edit': { says: 'auto-edit', edited: true, ran: false, asked: 1, results: 2 },
      yolo: { says: 'yolo', edited: true, ran: true, asked: 0, results: 2 },
    },
  },
  'several turns are one session': {
    async run() {
      const { options } = stage();
      const { results, messages, error } = await turns(options, [() => 'say hello', () => 'think first', () => 'say hello']);
      return {
        error, results: results.map((result) => result.result),
        sessions: new Set(messages.map((message) => message.session_id)).size,
        inits: messages.filter((message) => message.subtype === 'init').length,
      };
    },
    expected: { error: null, results: ['Hello, world.', 'Seen.', 'Hello, world.'], sessions: 1, inits: 1 },
  },
  'an interrupt ends the turn and not the session': {
    async run() {
      const { options } = stage();
      const words = script();
      const running = query({ prompt: words.words(), options: { ...options, includePartialMessages: true } });
      words.say('talk for long');
      let stopped = null;
      const { results, error } = await all(running, async (message) => {
        if (message.event?.delta?.text && !stopped) stopped = running.interrupt().then(() => 'answered');
        if (message.type === 'result') {
          if (stopped === null || stopped === 'used') return words.end();
          await stopped;
          stopped = 'used';
          words.say('say hello');
        }
      });
      return { error, first: results[0]?.is_error, second: results[1]?.result, count: results.length };
    },
    expected: { error: null, first: true, second: 'Hello, world.', count: 2 },
  },
  'setModel changes the model': {
    async run() {
      const { options } = stage();
      const { messages } = await turns(options, [
        () => 'say hello',
        async (running) => { await running.setModel('qwen-plus'); return 'say hello'; },
      ]);
      return messages.filter((message) => message.type === 'assistant').map((message) => message.message.model);
    },
    expected: ['qwen3-coder-plus', 'qwen-plus'],
  },
  'setPermissionMode changes the mode': {
    async run() {
      const { options, has } = stage();
      const made = [];
      await turns(options, [
        () => 'make A',
        async (running) => { made.push(has('A')); await running.setPermissionMode('yolo'); return 'make A'; },
        () => { made.push(has('A')); },
      ]);
      return made;
    },
    expected: [false, true],
  },
  'a turn that fails says so': {
    async run() {
      const { options } = stage();
      const { kinds, last, error } = await all(query({ prompt: 'be refused', options }));
      return {
        kinds, is_error: last?.is_error, told: JSON.stringify(last?.error ?? '').includes('no such thing'),
        result: 'result' in (last ?? {}), error,
      };
    },
    expected: {
      kinds: ['system init', 'result error_during_execution'], is_error: true, told: true, result: false,
      error: 'CLI process exited with code 1',
    },
  },
  'a key that is refused says so': {
    async run() {
      const { options } = stage();
      const { kinds, last, error } = await all(query({ prompt: 'need a key', options }));
      return { kinds, is_error: last?.is_error, error };
    },
    expected: {
      kinds: ['system init', 'result error_during_execution'], is_error: true, error: 'CLI process exited with code 41',
    },
  },
  'after a turn that failed the session goes on': {
    async run() {
      const { options } = stage();
      const { results, error } = await turns(options, [() => 'be refused', () => 'say hello']);
      return { results: results.map((result) => result.is_error), error };
    },
    expected: { results: [true, false], error: null },
  },
  'no key at all is told': {
    async run() {
      const { options, said } = stage();
      const { kinds, error } = await all(query({
        prompt: 'say hello', options: { ...options, env: { ...options.env, OPENAI_API_KEY: '', OPENAI_BASE_URL: '' } },
      }));
      return { kinds, error, said: said.join('').length > 0 };
    },
    expected: { kinds: [], error: 'CLI process exited with code 41', said: true },
  },
  'AbortController ends it and its process': {
    async run() {
      const { options } = stage();
      const abortController = new AbortController();
      const running = query({ prompt: 'talk for long', options: { ...options, abortController, includePartialMessages: true } });
      const { error } = await all(running, (message) => {
        if (message.event?.delta?.text) abortController.abort();
      });
      return { error, closed: running.isClosed() };
    },
    expected: { error: 'AbortError', closed: true },
  },
  'the limit of turns is a result of its own': {
    async run() {
      const { options } = stage();
      const { last, error } = await all(query({ prompt: 'make A', options: { ...options, permissionMode: 'yolo', maxSessionTurns: 1 } }));
      return { subtype: last?.subtype, is_error: last?.is_error, error };
    },
    expected: { subtype: 'error_max_turns', is_error: true, error: 'CLI process exited with code 53' },
  },
  'the limit of tool calls': {
    async run() {
      const { options, has } = stage();
      const { last, error } = await all(query({ prompt: 'make A', options: { ...options, permissionMode: 'yolo', maxToolCalls: 0 } }));
      return { made: has('A'), is_error: last?.is_error, error };
    },
    expected: { made: false, is_error: true, error: 'CLI process exited with code 55' },
  },
  'sessions are resumed and forked': {
    async run() {
      const { options } = stage();
      const sessionId = '8b0cb1a2-6d31-4d5c-8b0e-5f0b1c9f7a10';
      const first = query({ prompt: 'say hello', options: { ...options, sessionId } });
      const one = await all(first);
      const two = await all(query({ prompt: 'think first', options: { ...options, resume: sessionId } }));
      const fork = await all(query({ prompt: 'say hello', options: { ...options, resume: sessionId, forkSession: true } }));
      const id = (seen) => seen.messages[0]?.session_id === sessionId;
      return {
        ids: [one, two, fork].map(id), results: [one, two, fork].map((seen) => seen.last?.result),
        errors: [one, two, fork].map((seen) => seen.error),
      };
    },
    expected: {
      ids: [true, true, false], results: ['Hello, world.', 'Seen.', 'Hello, world.'], errors: [null, null, null],
    },
  },
  'system prompts are replaced or added to': {
    async run() {
      const { options } = stage();
      const own = await all(query({ prompt: 'say hello', options: { ...options, systemPrompt: 'Be terse.' } }));
      const more = await all(query({
        prompt: 'say hello',
        options: { ...options, systemPrompt: { type: 'preset', preset: 'qwen_code', append: 'Be terse.' } },
      }));
      return [own.last?.result, more.last?.result];
    },
    expected: ['Hello, world.', 'Hello, world.'],
  },
  'what can be asked is answered': {
    async run() {
      const { options } = stage();
      const facts = {};
      await turns(options, [
        () => 'say hello',
        async (running) => {
          const usage = await running.getContextUsage();
          facts.usage = [usage.modelName, usage.totalTokens > 0, usage.contextWindowSize];
          const models = await running.getAvailableModels();
          facts.models = models.models.some((row) => row.id === 'qwen3-coder-plus');
          facts.commands = Array.isArray((await running.supportedCommands()).commands);
          facts.servers = (await running.mcpServerStatus()).status;
        },
      ]);
      return facts;
    },
    expected: { usage: ['qwen3-coder-plus', true, 1000000], models: true, commands: true, servers: {} },
  },
  'what is not here is refused by name': {
    async run() {
      const { options } = stage();
      const facts = {};
      await turns(options, [
        () => 'say hello',
        async (running) => {
          facts.effort = await refused(running.setEffort('low'));
          facts.again = await refused(running.continueLastTurn());
          facts.usage = await refused(running.getUsageInfo());
          facts.auto = await refused(running.setPermissionMode('auto'));
        },
      ]);
      return facts;
    },
    expected: {
      effort: '`set_effort` is not supported by this program', again: '`continue_last_turn` is not supported by this program',
      usage: '`get_usage_info` is not supported by this program',
      auto: 'unknown approval mode `auto`; use plan, default, auto-edit or yolo',
    },
  },
  'agents and tool servers of the program are refused': {
    async run() {
      const facts = {};
      const extra = {
        agents: { agents: [{ name: 'a', description: 'd', systemPrompt: 'p', level: 'session', tools: [] }] },
        servers: { mcpServers: { a: { command: 'true' } } },
      };
      for (const [name, more] of Object.entries(extra)) {
        const { options } = stage();
        const running = query({ prompt: 'say hello', options: { ...options, ...more } });
        const { error } = await all(running);
        facts[name] = [await refused(running.initialized), error];
      }
      return facts;
    },
    expected: {
      agents: Array(2).fill('`agents` of `initialize` is not supported by this program'),
      servers: Array(2).fill('`mcpServers` of `initialize` is not supported by this program'),
    },
  },
};

let failed = 0;
const pad = (text) => text.padEnd(52);
for (const [name, { run, expected }] of Object.entries(cases)) {
  if (wanted.length > 0 && !wanted.some((word) => name.includes(word))) continue;
  let late;
  const found = await Promise.race([
    run().catch((error) => ({ thrown: error.message })),
    new Promise((resolve) => { late = setTimeout(() => resolve({ hangs: true }), 90_000); }),
  ]);
  clearTimeout(late);
  const same = isDeepStrictEqual(found, expected);
  console.log(`${pad(name)}  ${same ? 'as expected' : 'DIFFERS'}`);
  if (same) continue;
  failed += 1;
  for (const [at, is] of Object.entries(found)) {
    const should = expected[at];
    if (!isDeepStrictEqual(is, should)) {
      console.log(`    ${at}: ${JSON.stringify(is)}\n    ${' '.repeat(at.length)}  ${JSON.stringify(should) ?? 'nothing'} was expected`);
    }
  }
}
console.log(failed ? `${failed} differ` : 'all as expected');
process.exit(isOurs && failed ? 1 : 0);
