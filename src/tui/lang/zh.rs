//! Table: the screen in Chinese.

use super::Words;

pub(super) const WORDS: Words = Words {
    not_signed_in: "未登录 · /auth",
    how_to_begin: "直接输入请求;/ 打开命令,Esc 停止,连按两次 Ctrl-C 退出",

    leave_again: "{seconds} 秒内再按一次 Ctrl-C 退出",
};
