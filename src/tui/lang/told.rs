//! Table: what other floors say in English and the screen shows as part of its own sentences, in Chinese.
//!
//! `{}` stands for a value. What is not in the table stays as it is. A test reads the sentences of those floors from their
//! sources and finds each of them here.

use std::borrow::Cow;

use super::{Words, zh};

/// A sentence of another floor in the language of the screen.
pub(in crate::tui) fn told<'a>(words: &Words, english: &'a str) -> Cow<'a, str> {
    if words.code != zh::WORDS.code {
        return Cow::Borrowed(english);
    }
    TOLD.iter().find_map(|(from, to)| put(from, to, english)).map_or(Cow::Borrowed(english), Cow::Owned)
}

/// Whether a sentence is in the table, with `{}` where values stand.
#[cfg(test)]
pub(super) fn is_told(pattern: &str) -> bool {
    TOLD.iter().any(|(from, _)| *from == pattern)
}

/// The translation with the values of a text that fits the pattern.
fn put(from: &str, to: &str, text: &str) -> Option<String> {
    let mut pieces = from.split("{}");
    let mut rest = text.strip_prefix(pieces.next()?)?;
    let pieces: Vec<&str> = pieces.collect();
    let mut values = Vec::new();
    for (at, piece) in pieces.iter().enumerate() {
        let is_last = at + 1 == pieces.len();
        let end =
            if is_last { rest.ends_with(piece).then(|| rest.len() - piece.len()) } else { rest.find(piece) };
        let (value, behind) = rest.split_at(end?);
        // What a sentence begins with may be one itself; all other values are names.
        let is_sentence = at == 0 && from.starts_with("{}");
        let known = TOLD.iter().filter(|_| is_sentence).find(|(known, _)| *known == value);
        values.push(known.map_or(value, |(_, to)| *to));
        rest = &behind[piece.len()..];
    }
    let mut out = String::new();
    let mut values = values.into_iter();
    for (at, piece) in to.split("{}").enumerate() {
        if at > 0 {
            out.push_str(values.next()?);
        }
        out.push_str(piece);
    }
    rest.is_empty().then_some(out)
}

#[rustfmt::skip]
const TOLD: &[(&str, &str)] = &[
    // What a command does.
    ("deletes: {}", "删除：{}"),
    ("writes: {}", "写入：{}"),
    ("network: {}", "访问网络：{}"),
    ("network", "访问网络"),
    ("runs a script", "运行脚本"),
    ("sandbox: off", "沙箱：关闭"),
    // Why it is asked about.
    ("the rule `{}` asks", "规则 `{}` 要求询问"),
    ("reads `{}`, which may hold secrets", "读取 `{}`，其中可能有机密"),
    ("reads outside the workspace", "读取工作区之外的内容"),
    ("changes a file", "修改文件"),
    ("asks `{}` for a page", "向 `{}` 请求网页"),
    ("writes outside the workspace", "写入工作区之外"),
    ("changes `{}`, which programs act on", "修改 `{}`，其他程序会据此行动"),
    ("touches `{}`, which `.qwenignore` keeps back", "涉及 `.qwenignore` 排除的 `{}`"),
    ("may touch files that a rule denies", "可能涉及被规则禁止的文件"),
    ("runs a script that cannot be seen", "运行内容不可见的脚本"),
    ("{}, and a rule denies some commands", "{}，且有规则禁止某些命令"),
    ("may read `{}`, which may hold secrets", "可能读取 `{}`，其中可能有机密"),
    ("writes a file", "写入文件"),
    ("runs `{}`", "运行 `{}`"),
    ("runs outside the workspace", "在工作区之外运行"),
    ("follows a link out of the workspace", "沿链接离开工作区"),
    ("reads files that cannot be seen", "读取无法确定的文件"),
    ("may read files that a rule is about", "可能读取规则所指的文件"),
    ("changes its folder in a loop", "在循环中切换目录"),
    ("defines a function", "定义函数"),
    ("changes a variable of the shell", "修改 shell 变量"),
    ("sets a variable of the shell", "设置 shell 变量"),
    // What cannot be taken back.
    ("changes what git does by settings", "通过设置改变 git 的行为"),
    ("runs git in a way that cannot be seen", "以无法判断的方式运行 git"),
    ("overwrites a branch on the server", "覆盖服务器上的分支"),
    ("throws away uncommitted changes", "丢弃未提交的修改"),
    ("deletes untracked files", "删除未跟踪的文件"),
    ("deletes a branch", "删除分支"),
    ("deletes a tag", "删除标签"),
    ("deletes stashed changes", "删除暂存的修改"),
    ("rewrites history", "改写历史"),
    ("deletes history", "删除历史"),
    ("may delete history", "可能删除历史"),
    ("deletes files", "删除文件"),
    ("deletes a worktree", "删除工作树"),
    ("deletes a remote", "删除远程仓库"),
    ("may change every submodule", "可能修改所有子模块"),
    ("may throw something away; its options cannot be seen", "可能丢弃内容；无法看到它的选项"),
    ("deletes folders with all they hold", "删除文件夹及其全部内容"),
    ("deletes files that cannot be seen", "删除无法确定的文件"),
    ("deletes every file it finds", "删除找到的每个文件"),
    ("deletes files at its target", "删除目标处的文件"),
    ("overwrites files", "覆盖文件"),
    ("overwrites a device", "覆盖设备"),
    ("runs what another command prints", "运行另一条命令的输出"),
    // Why a line is not understood.
    ("too long to be judged", "太长，无法判断"),
    ("too many commands to be judged", "命令太多，无法判断"),
    ("nested too deep to be judged", "嵌套太深，无法判断"),
    ("holds a control character", "含有控制字符"),
    ("not a line that could be read", "无法读懂这一行"),
    ("uses shell syntax that is not judged", "使用了不作判断的 shell 语法"),
    ("its quotes could not be followed", "引号无法配对"),
    ("uses an expansion that cannot be judged", "使用了无法判断的展开"),
    ("could be read in two ways", "有两种读法"),
    ("has a comment that may be none", "含有可能不是注释的注释"),
    ("has a here-document that could not be followed", "here-document 无法读懂"),
    ("the name of a command is not written out", "命令名没有写明"),
    // How the cache is used.
    ("session cache: {} keeps the conversation for 7 days; only what is new is sent", "会话缓存：{} 将对话保存 7 天；只发送新内容"),
    ("explicit cache: {} honours markers for {}", "显式缓存：{} 支持 {} 的缓存标记"),
    ("no markers: {} caches {} by itself", "不用标记：{} 自行缓存 {}"),
    ("no markers: {} at {} is not known to honour them; the prefix stays byte-stable", "不用标记：{}（{}）未知是否支持；前缀逐字节保持不变"),
    // How a sign-in goes.
    ("waiting for you to confirm in the browser", "等待你在浏览器中确认"),
    ("the server wants to be asked less often: every {} seconds now", "服务器要求降低询问频率：现在每 {} 秒一次"),
    ("{}; trying again in {} seconds", "{}；{} 秒后重试"),
    ("the clock jumped, perhaps this machine slept; asking again", "时钟跳变，本机可能休眠过；重新询问"),
    // The ways to sign in.
    ("paid by token; takes keys made for this region only", "按 token 付费；只接受本地域的密钥"),
    ("paid by token; takes keys made for this region only; fewer models, some with names that end in `-us`", "按 token 付费；只接受本地域的密钥；模型较少，有些名称以 `-us` 结尾"),
    ("paid by token; takes keys of that workspace only", "按 token 付费；只接受该业务空间的密钥"),
    ("paid by subscription, with quotas per hour, week and month; keys begin with `sk-sp-`", "订阅付费，按小时、周、月限额；密钥以 `sk-sp-` 开头"),
    ("paid by subscription, in credits; takes the plan's own keys only; needs a model's name", "订阅付费，按点数计；只接受套餐自己的密钥；需填写模型名"),
    ("free of charge, with a quota per day", "免费，每日限额"),
    ("paid by token, from credits; passes requests on to other providers", "按 token 从余额扣费；请求转给其他服务商"),
    ("paid by token, in advance", "按 token 预付费"),
    ("paid by token; takes keys of this site only", "按 token 付费；只接受本站密钥"),
    ("paid by token", "按 token 付费"),
    ("paid by subscription; without one requests are refused", "订阅付费；没有订阅会被拒绝"),
    ("paid by token; needs a model's name", "按 token 付费；需填写模型名"),
    ("free, no key; its window is small unless raised there, and longer prompts are cut without a word", "免费，无需密钥；窗口较小，除非在那里调大，过长的提示会被悄悄截断"),
    ("free, no key; the first request may have to load the model", "免费，无需密钥；首次请求可能需要加载模型"),
    ("free, no key; tools need `--enable-auto-tool-choice` there", "免费，无需密钥；工具需要在那里加 `--enable-auto-tool-choice`"),
    ("free, no key; tools need `--jinja` there", "免费，无需密钥；工具需要在那里加 `--jinja`"),
    ("a server of your own choice", "自选服务器"),
    ("any server that speaks Chat Completions; needs a model's name", "任何支持 Chat Completions 的服务器；需填写模型名"),
    // Going on with another session.
    ("the folder `{}` of that session is not there", "该会话的文件夹 `{}` 不存在"),
    ("put it back, or read the session with the preview", "请恢复该文件夹，或在预览中阅读这个会话"),
    ("a private run keeps nothing and does not go on with a session that is kept", "隐私运行不保存任何内容，不能接续已保存的会话"),
    ("leave it, and start without `--private`", "请退出，然后不带 `--private` 启动"),
    ("no other session can be begun here", "这里不能开始其他会话"),
    ("the beginning of the session broke off", "会话启动中断"),
    // What settings are for.
    ("there is no setting `{}`", "没有设置 `{}`"),
    ("`{}` is not changed here", "`{}` 不在这里修改"),
    ("write it into `{}`", "请写入 `{}`"),
    ("The model to use. OPENAI_MODEL and QWEN_MODEL stand above it.", "使用的模型。OPENAI_MODEL 和 QWEN_MODEL 优先于它。"),
    ("How many requests a run may make; zero or less: no limit.", "一次运行最多发出多少请求；零或以下：不限。"),
    ("How long a run without a terminal may take, in seconds; zero or less: no limit.", "无终端运行最长多少秒；零或以下：不限。"),
    ("How many tools the model may call in a run without a terminal; 0: none, below: no limit.", "无终端运行中模型最多调用多少次工具；0：不许，负数：不限。"),
    ("What a run without a terminal may cost, in US dollars; zero or less: no limit.", "无终端运行最多花费多少美元；零或以下：不限。"),
    ("How many tokens a run without a terminal may use, in and out; zero or less: no limit.", "无终端运行最多使用多少 token（输入加输出）；零或以下：不限。"),
    ("Let a model repeat itself: the same call with the same result, the same words, edits to and fro. Otherwise it is told once, and the turn ends if it goes on.", "允许模型重复：相同调用得到相同结果、相同话语、来回修改。否则会提醒一次，继续重复则结束本轮。"),
    ("How long to wait for the first byte of an answer, in milliseconds.", "等待回答首字节多少毫秒。"),
    ("How long an answer may pause, in milliseconds; zero or less: no limit.", "回答可以停顿多少毫秒；零或以下：不限。"),
    ("How long one request may take in all, in milliseconds; zero or less: no limit.", "一次请求总共最多多少毫秒；零或以下：不限。"),
    ("How often a failed request is tried again; at most 9, and never by two parts of the program.", "失败的请求重试几次；最多 9 次，程序不会叠加重试。"),
    ("The model's window in tokens; the catalogue's when not set.", "模型窗口的 token 数；未设置时取目录中的值。"),
    ("Sampling temperature.", "采样温度。"),
    ("The largest answer in tokens; the catalogue's when not set.", "回答的最大 token 数；未设置时取目录中的值。"),
    ("Fields put into every request to the model; they win over our own.", "加入每个模型请求的字段；优先于程序自己的。"),
    ("Whether cache markers may be sent; `false` is `cache.mode: implicit`.", "是否可以发送缓存标记；`false` 等于 `cache.mode: implicit`。"),
    ("How to use the provider's cache: `auto` sends markers where they are known to work, `explicit` always, `implicit` never. `session` lets Qwen Cloud keep the conversation and sends only what is new; what was said is then stored there for 7 days, which it is in no other mode.", "如何使用服务商的缓存：`auto` 在已知有效处发送标记，`explicit` 总是，`implicit` 从不。`session` 让 Qwen Cloud 保存对话，只发送新内容；对话会在那里保存 7 天，其他模式不会。"),
    ("Whether OpenRouter must ask Alibaba for Qwen models that take cache markers. Another server behind it has another cache; `false` lets it choose, for instance while Alibaba is overloaded.", "OpenRouter 对支持缓存标记的 Qwen 模型是否必须使用 Alibaba。换服务器就换了缓存；`false` 让它自行选择，例如 Alibaba 过载时。"),
    ("What models cost, in US dollars per million tokens, where the catalogue does not know it or you pay another price: an object by model with `input` and `output` (or `tiers`, a list of `{upTo, input, output}`), and `write`, `read`, `implicitRead` as parts of the input price. See `docs/caching.md`.", "模型价格，美元每百万 token，用于目录中没有或你的价格不同时：以模型为键的对象，含 `input` 与 `output`（或 `tiers`，即 `{upTo, input, output}` 列表），以及相对输入价的 `write`、`read`、`implicitRead`。见 `docs/caching.md`。"),
    ("Whether, while you think, a stored conversation of 20,000 tokens or more is read again every 225 seconds, at most 11 times, so that it is not written anew. Each costs a tenth of its input, and the next message has to come for it to pay. Only in the terminal.", "你思考期间，是否每 225 秒重读一次 20,000 token 以上的已存对话（最多 11 次），以免重新写入。每次花费输入的十分之一，之后要有下一条消息才划算。仅限终端。"),
    ("Whether the history is summarised before a request reaches the model's next price tier. Saves money on long sessions and loses what a summary leaves out.", "请求到达模型下一价格档之前是否先总结历史。长会话更省钱，但会丢失总结未保留的内容。"),
    ("How to sign in: `openai` for API keys of all providers, `qwen-oauth` for a sign-in in the browser.", "登录方式：`openai` 用于各服务商的 API 密钥，`qwen-oauth` 用于浏览器登录。"),
    ("An API key; better kept in the environment.", "API 密钥；最好放在环境变量中。"),
    ("The server's address.", "服务器地址。"),
    ("Where a sign-in in the browser begins; Qwen's when not set.", "浏览器登录的起始地址；未设置时为 Qwen 的。"),
    ("Where it is finished and renewed, on the same host; Qwen's when not set.", "完成与续期的地址，须在同一主机；未设置时为 Qwen 的。"),
    ("What this program is called there; Qwen Code's public id when not set.", "本程序在那里的名称；未设置时为 Qwen Code 的公开 id。"),
    ("What is asked for there, words joined by blanks.", "在那里请求的权限，以空格分隔。"),
    ("Where keys of accounts are kept: `auto` is the system's keyring, or a file where there is none. QWEN_NO_KEYRING keeps the keyring untouched.", "账户密钥存放处：`auto` 为系统钥匙串，没有时用文件。QWEN_NO_KEYRING 使钥匙串不被触碰。"),
    ("Models with their servers: lists of `{id, baseUrl, envKey}`, by protocol.", "模型及其服务器：按协议分的 `{id, baseUrl, envKey}` 列表。"),
    ("Variables for keys, addresses and models; the lowest place they are looked for.", "密钥、地址与模型的变量；最后才查找这里。"),
    ("An HTTP proxy; HTTPS_PROXY and its like hold when not set.", "HTTP 代理；未设置时用 HTTPS_PROXY 等变量。"),
    ("What may happen without asking.", "哪些操作无需询问。"),
    ("The only tools that are offered to the model.", "只向模型提供这些工具。"),
    ("Rules for calls that need no question; as `permissions.allow`.", "无需询问的调用规则；同 `permissions.allow`。"),
    ("Rules for calls that never run; as `permissions.deny`.", "从不运行的调用规则；同 `permissions.deny`。"),
    ("How many characters of one tool result the model reads; the rest is in a file.", "模型读取每个工具结果的字符数；其余在文件中。"),
    ("How many lines of one tool result the model reads; the rest is in a file.", "模型读取每个工具结果的行数；其余在文件中。"),
    ("Rules for calls that need no question.", "无需询问的调用规则。"),
    ("Rules for calls that ask even where they would not have to.", "即使本不必询问也要询问的调用规则。"),
    ("Rules for calls that never run; a project's own are honoured too.", "从不运行的调用规则；项目自己的也有效。"),
    ("Names of files with instructions for the model.", "给模型的指令文件的名称。"),
    ("Other folders that belong to the workspace.", "属于工作区的其他文件夹。"),
    ("The size of the prompt in tokens at which the history is summarised; four fifths of the window when not set.", "提示达到多少 token 时总结历史；未设置时为窗口的五分之四。"),
    ("What a run without a terminal prints.", "无终端运行的输出格式。"),
    ("What the screen speaks: `en` or `zh`; `auto` is the language of the locale. Those it does not speak are English.", "界面语言：`en` 或 `zh`；`auto` 跟随系统区域。不支持的语言显示英文。"),
    ("After how many days without a word a session is removed, at the end of a run or by `qwen sessions gc`; zero or less: never.", "会话多少天没有发言后删除，在运行结束时或由 `qwen sessions gc` 执行；零或以下：从不。"),
    ("Whether the terminal is told, by its bell and a notification (OSC 9), that something waits while its window is not looked at.", "窗口不在前台时，是否用响铃和通知（OSC 9）告知有事等待。"),
    ("What it is told of: questions and the end of long turns, or the end of long turns alone.", "通知哪些事：询问和长任务结束，或只有长任务结束。"),
    ("The colours: `auto` (as the terminal's page is), `dark`, `light`, `ansi` (its own sixteen) or `none`. Names of Qwen Code's themes are taken as the nearest of these.", "配色：`auto`（随终端背景）、`dark`、`light`、`ansi`（终端自带 16 色）或 `none`。Qwen Code 的主题名取最接近的一种。"),
    ("Whether the window's title is left alone.", "是否不改动窗口标题。"),
    ("Whether the screen is plain lines with a word before each, for a screen reader.", "是否以带前缀词的纯文本行显示，供屏幕阅读器使用。"),
    ("Whether anything on the screen may move that carries no news; `false` also stops the clock of the running turn.", "屏幕上不带新信息的内容是否可以动；`false` 还会停止运行计时。"),
    ("Whether the screen takes the whole window and gives it back at the end, instead of printing into the scrollback.", "是否占用整个窗口并在结束时归还，而不是输出到回滚区。"),
    ("Whether the composer begins with vim's keys, in INSERT; `/vim` changes it for a session.", "输入框是否启用 vim 按键（从 INSERT 开始）；`/vim` 可在会话中切换。"),
    ("Whether qwen may count how it is used, in the closed words of `docs/telemetry.md`. `true` alone turns nothing on: with an API key nothing is counted unless you say `qwen telemetry on`. DO_NOT_TRACK and QWEN_TELEMETRY stand above it.", "qwen 是否可以用 `docs/telemetry.md` 中的封闭词汇统计使用情况。仅设 `true` 不会开启：使用 API 密钥时，除非执行 `qwen telemetry on`，否则不统计。DO_NOT_TRACK 和 QWEN_TELEMETRY 优先于它。"),
    ("Whether keys, tokens, private keys and passwords are hidden from the model in what tools, `@` files and the repository say. `/privacy` shows what was hidden and lets one through.", "是否对模型隐藏工具结果、`@` 文件和仓库内容中的密钥、令牌、私钥和密码。`/privacy` 显示隐藏了什么，并可放行。"),
    ("The OTLP collector what is counted goes to, such as `https://collector.example`; the build's when not set, and a build from source has none.", "统计数据发往的 OTLP 收集器，如 `https://collector.example`；未设置时用构建自带的，从源码构建则没有。"),
    ("An OTLP collector of your own for traces of your runs: the same closed words, and token counts. Prompts are never part of it.", "你自己的 OTLP 收集器，接收运行的追踪：同样的封闭词汇和 token 数。绝不包含提示内容。"),
    ("The name of the variable that holds headers for that collector, as `name=value,name=value`.", "存放该收集器请求头的变量名，格式为 `name=value,name=value`。"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::lang::Language;

    #[test]
    fn values_go_along_and_what_is_not_known_stays() {
        let zh = |text| told(Language::Chinese.words(), text).into_owned();
        assert_eq!(zh("deletes: a, b: c"), "删除：a, b: c");
        assert_eq!(zh("reads `a`, b`, which may hold secrets"), "读取 `a`, b`，其中可能有机密");
        assert_eq!(
            zh("explicit cache: Qwen Cloud honours markers for qwen3"),
            "显式缓存：Qwen Cloud 支持 qwen3 的缓存标记"
        );
        assert_eq!(
            zh("runs a script that cannot be seen, and a rule denies some commands"),
            "运行内容不可见的脚本，且有规则禁止某些命令"
        );
        assert_eq!(zh("something else: x"), "something else: x");
        assert_eq!(told(Language::English.words(), "network"), "network");
    }

    #[test]
    fn both_sides_have_the_same_values_and_none_stands_twice() {
        for (at, (from, to)) in TOLD.iter().enumerate() {
            assert_eq!(from.matches("{}").count(), to.matches("{}").count(), "{from}");
            assert!(!to.is_ascii() && from.is_ascii(), "{from}");
            assert!(TOLD[..at].iter().all(|(other, _)| other != from), "{from}");
        }
    }
}
