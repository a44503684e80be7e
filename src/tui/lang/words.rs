//! Table: the sentences of the screen, by what they are about. `{name}` stands for a value.

/// Makes the struct of sentences, and the list of them that the tests walk.
macro_rules! sentences {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// The sentences of one language.
        #[derive(Debug)]
        pub(in crate::tui) struct Words {
            $($(#[$doc])* pub(in crate::tui) $name: &'static str,)*
        }

        impl Words {
            /// All sentences with their names, in order.
            #[cfg(test)]
            pub(super) fn all(&self) -> Vec<(&'static str, &'static str)> {
                vec![$((stringify!($name), self.$name),)*]
            }
        }
    };
}

sentences! {
    /// The language itself, as it is chosen.
    code,

    // An answer that was not finished.
    /// Behind an answer that broke off when the turn failed.
    cut_off_lost,
    // What a server told beside its error.
    /// Behind the countdown to the next try: how long the server wants to be left alone.
    retry_asked,
    /// The server's name for a request.
    request_id,
    /// Too much was asked at a time.
    fault_rate,
    /// What to do about that.
    next_rate,
    /// What a plan gives is used up.
    fault_plan,
    /// There is no money left.
    fault_money,

    /// In a session that goes on: a request that had no answer.
    no_answer_came,
    /// In a session that goes on: thoughts that went in circles.
    circled,

    // The first lines.
    /// Stands where the model's name would.
    not_signed_in,
    /// Below the header.
    how_to_begin,

    // Leaving.
    /// After the first Ctrl-C on an empty draft.
    leave_again,

    // Questions, what runs, what goes wrong.
    /// The title of a question about a command.
    ask_command,
    /// About a change of a file.
    ask_change,
    /// About a file that is not there yet.
    ask_create,
    /// About a file outside the workspace.
    ask_read,
    /// About a page.
    ask_fetch,
    /// About any other call.
    ask_other,
    /// Behind the title when not all has room.
    ask_showing,
    /// A change of one place.
    ask_hunk,
    /// A change of several places.
    ask_hunks,
    /// Of several questions that wait, the first is shown.
    ask_count,
    /// Where a command runs.
    ask_folder,
    /// Before the rule that would be stored.
    ask_rule,
    /// The first choice.
    yes_once,
    /// The second choice, with the rule that is stored.
    yes_rule,
    /// The same where the rule stands above.
    yes_rule_above,
    /// The same where there is little room.
    yes_rule_short,
    /// The second choice for a change in the workspace.
    yes_edits,
    /// The same where there is little room.
    yes_edits_short,
    /// The third choice.
    edit_command,
    /// The same where there is little room.
    edit_command_short,
    /// The third choice for a change.
    edit_change,
    /// The same where there is little room.
    edit_change_short,
    /// The last choice.
    no_say,
    /// The same where there is little room.
    no_short,
    /// The last choice while there is a draft.
    no_saying,
    /// Behind a choice that needs the whole command to be seen.
    page_first,
    /// Yes was said too early.
    read_first,
    /// Enter was pressed with a draft.
    enter_after_arrow,
    /// Below a question.
    how_to_answer,
    /// While a command is changed.
    editing_command,
    /// A question waits for a pause in the typing.
    needs_ok,
    /// The turn is being stopped.
    stopping,
    /// Between two tries.
    waiting_to_retry,
    /// Calls run.
    running,
    /// The model reasons.
    thinking,
    /// A summary is written.
    summing_up,
    /// The model writes.
    writing,
    /// Nothing has come yet.
    waiting_for_model,
    /// Behind what is running.
    esc_stops,
    /// The same while something is written.
    enter_or_tab,
    /// How much was written.
    tokens_written,
    /// How fast.
    tokens_pace,
    /// The open line of a thought.
    thought_so_far,
    /// Above the last lines of a running call.
    earlier_lines,
    /// More calls run than have room.
    other_calls,
    /// How far the list of things to do is.
    todo_done,
    /// There are more than have room.
    todo_more,
    /// A text that waits for the end of the turn.
    queued,
    /// Behind the last of them.
    queue_keys,
    /// The same while nothing runs.
    queue_key,
    /// A text that goes with the next request.
    steering,
    /// Before the next try.
    retry_in,
    /// Keys while waiting for it.
    retry_keys,
    /// The wait is over.
    retried,
    /// The person stopped the wait.
    gave_up_wait,
    /// The stream was lost in the middle.
    cut_off_retried,
    /// The answer ended with an error.
    cut_off,
    /// The person stopped the turn.
    stopped,
    /// No more requests may be sent.
    turn_limit,
    /// The model repeated itself and did not stop when it was told.
    looped,
    /// Ctrl-D while a turn runs.
    busy_stay,
    /// Whose fault an error is.
    fault_bug,
    /// The same.
    fault_setting,
    /// The same.
    fault_account,
    /// The same.
    fault_limit,
    /// The same.
    fault_network,
    /// The same.
    fault_server,
    /// The same, with sizes.
    fault_length,
    /// What to do after it.
    next_account,
    /// The same.
    next_limit,
    /// The same.
    next_again,
    /// The same.
    next_shorten,

    // Commands: what each does, headings, and what may follow.
    /// Heading of the commands about what was said.
    group_conversation,
    /// Heading of the commands about what may happen.
    group_safety,
    /// Heading of the commands about accounts and models.
    group_model,
    /// Heading of the commands about numbers.
    group_bill,
    /// Heading of the other commands.
    group_program,
    /// `/help`.
    command_help,
    /// `/approval-mode`.
    command_approval_mode,
    /// `/plan`.
    command_plan,
    /// `/auth`.
    command_auth,
    /// `/model`.
    command_model,
    /// `/stats`.
    command_stats,
    /// `/cache`.
    command_cache,
    // Privacy.
    /// `/privacy`.
    command_privacy,
    /// What may follow `/privacy`.
    hint_allow,
    /// `/privacy` with something else.
    say_privacy,
    /// Above the list of what was hidden.
    hidden_here,
    /// Behind one that is hidden.
    secret_is_hidden,
    /// Behind one that is let through.
    secret_is_sent,
    /// Nothing was hidden.
    nothing_hidden,
    /// Nothing is ever hidden.
    hiding_is_off,
    /// `/compress`.
    command_compress,
    /// `/context`.
    command_context,
    /// `/rewind`.
    command_rewind,
    /// `/clear`.
    command_clear,
    /// `/about`.
    command_about,
    /// `/quit`.
    command_quit,
    /// A name may follow.
    hint_name,
    /// What a summary should keep may follow.
    hint_what_to_keep,
    /// A number may follow.
    hint_number,
    /// `/context refresh`.
    choice_refresh,
    /// Above the list of modes.
    mode_now,
    /// What mode `plan` means.
    mode_plan,
    /// What mode `default` means.
    mode_default,
    /// What mode `auto-edit` means.
    mode_auto_edit,
    /// What mode `yolo` means.
    mode_yolo,

    // Keys: headings, and what each does.
    /// Heading of the signs a draft may begin with.
    keys_signs,
    /// Heading of the keys for sending and stopping.
    keys_talk,
    /// Heading of the keys about the screen.
    keys_screen,
    /// Heading of the keys that move.
    keys_move,
    /// Heading of the keys that change the draft.
    keys_change,
    /// Enter.
    key_send,
    /// Esc.
    key_escape,
    /// Ctrl-C.
    key_cancel,
    /// Ctrl-D.
    key_leave,
    /// Shift-Tab.
    key_next_mode,
    /// Tab.
    key_complete,
    /// Ctrl-O.
    key_open_folded,
    /// The page keys.
    key_page,
    /// Ctrl-L.
    key_redraw,
    /// Ctrl-Z.
    key_suspend,
    /// Up and Down.
    key_up_down,
    /// Left and Right.
    key_left_right,
    /// Ctrl-Left and Ctrl-Right.
    key_word,
    /// Ctrl-A and Ctrl-E.
    key_line_ends,
    /// Shift-Enter.
    key_newline,
    /// Backspace.
    key_backspace,
    /// Delete.
    key_delete,
    /// Ctrl-W.
    key_word_back,
    /// Alt-D.
    key_word_forward,
    /// Ctrl-U and Ctrl-K.
    key_cut_line,
    /// Ctrl-Y.
    key_yank,
    /// Ctrl-_ and Alt-_.
    key_undo,
    /// `/` at the beginning.
    sign_command,
    // The composer.
    /// The person's editor ended with an error.
    editor_failed,
    /// The person's editor is not there.
    editor_missing,
    /// Ctrl-G.
    key_editor,


    // The list of themes.
    /// What `/theme` does.
    command_theme,
    /// Its title.
    theme_title,
    /// Its keys.
    theme_keys,
    /// What `auto` means.
    theme_auto,
    /// What `dark` means.
    theme_dark,
    /// What `light` means.
    theme_light,
    /// What `ansi` means.
    theme_ansi,
    /// What `none` means.
    theme_none,
    /// After `/theme` with a name nobody knows.
    theme_unknown,
    /// In the sample: a comment of a program.
    theme_comment,
    /// In the sample: what is marked.
    theme_accent,
    /// In the sample: it went well.
    theme_good,
    /// In the sample: it needs care.
    theme_care,
    /// In the sample: it failed.
    theme_bad,
    // The full-screen transcript, copying, writing to a file, an earlier conversation.
    /// Last row of the full-screen transcript; `share` is how far down one is.
    pager_keys,
    /// Nothing was found in the transcript.
    pager_missed,
    /// The oldest entries of the transcript are not kept.
    pager_dropped,
    /// A question waits while the transcript is open.
    pager_needs_ok,
    /// Above the end of an earlier conversation.
    restored_turns,
    /// The same, where only a part of few turns is shown.
    restored_more,
    /// Heading of the person's words in a file.
    export_you,
    /// Heading of an answer in a file.
    export_model,
    /// First line of the file; `place` is the folder.
    export_title,
    /// The conversation was written to a file.
    exported,
    /// The file is there and was left alone.
    export_exists,
    /// The file cannot be written.
    export_failed,
    /// Copied through the system.
    copied_desktop,
    /// Copied by a sequence that the terminal may or may not take.
    copied_terminal,
    /// There was no clipboard for it.
    copied_file,
    /// Neither a clipboard nor a file could be written.
    copy_failed,
    /// There is no answer to copy, nothing to write.
    nothing_said,
    /// There is no code to copy.
    no_code,
    /// An unknown word behind `/copy`.
    copy_what,
    /// `/copy`.
    command_copy,
    /// `/export`.
    command_export,
    /// A file may follow.
    hint_file,
    /// `/copy code`.
    choice_code,
    /// `/copy all`.
    choice_all,
    /// Ctrl-T.
    key_transcript,
    // The composer: vim's keys, earlier texts.
    /// What `/vim` does.
    command_vim,
    /// Vim's keys are on now.
    vim_on,
    /// Vim's keys are off now.
    vim_off,
    /// Ctrl-R.
    key_past,
    /// The list of texts that were sent before.
    past_title,
    /// Its keys.
    past_keys,
    /// There is nothing in that list.
    past_none,
    /// The list of messages of this conversation.
    back_title,
    /// Its keys.
    back_keys,
    /// There is nothing in that list.
    back_none,
    /// Before what is typed to search.
    texts_filter,
    /// How many of the texts fit.
    texts_count,
    /// A draft of the last session stands in the composer.
    draft_back,
    /// A draft of the last session can be found.
    draft_above,
    // Panels.
    /// /permissions.
    command_permissions,
    /// /memory.
    command_memory,
    /// /resume.
    command_resume,
    /// /settings.
    command_settings,
    /// While a list is not there yet.
    list_is_asked_for,
    /// Nothing in a list fits what was typed.
    list_fits_none,
    /// Before what is typed in a list.
    type_to_filter,
    /// Before what is typed in the list of sessions.
    type_to_search,
    /// A session is to be left while a turn runs.
    panel_busy,
    /// Nobody knows what it costs.
    price_unknown,
    /// Title of /model.
    models_title,
    /// Keys of /model.
    models_keys,
    /// A model nobody has listed.
    models_as_written,
    /// What another model costs.
    models_cold,
    /// The model in use.
    models_in_use,
    /// A model whose key is there.
    models_ready,
    /// A model without a key.
    models_no_key,
    /// Title of /resume.
    sessions_title,
    /// The same with those of all folders.
    sessions_title_all,
    /// Keys of /resume.
    sessions_keys,
    /// The same while those of all folders are shown.
    sessions_keys_all,
    /// Keys while a session is looked into.
    sessions_preview_keys,
    /// There are no sessions.
    sessions_none,
    /// There are no sessions anywhere.
    sessions_none_at_all,
    /// The end of the last answer.
    sessions_last,
    /// The running session was chosen.
    sessions_here,
    /// A session that another process has was chosen.
    sessions_elsewhere,
    /// A session that is open is to be removed.
    sessions_open,
    /// Title of the question whether to remove a session.
    sessions_remove,
    /// What removing means.
    sessions_removed_for_good,
    /// Keys of that question.
    sessions_remove_keys,
    /// Marks the running session.
    session_is_this,
    /// Marks a session of another process.
    session_is_open,
    /// Printed when another session takes the place of this one.
    session_left,
    /// One message of the person.
    turn_one,
    /// More of them.
    turn_many,
    /// Less than a minute ago.
    ago_now,
    /// Minutes ago.
    ago_minutes,
    /// Hours ago.
    ago_hours,
    /// Days ago.
    ago_days,
    /// Title of /permissions.
    rules_title,
    /// Before the rule that is typed.
    rules_field,
    /// Keys of /permissions.
    rules_keys,
    /// There are no rules.
    rules_none,
    /// Enter without a rule.
    rules_type_one,
    /// A rule that is written down was to be forgotten.
    rules_stay,
    /// Source of a rule.
    rules_this_session,
    /// Source of a rule.
    rules_built_in,
    /// A list of rules.
    rules_allow,
    /// A list of rules.
    rules_ask,
    /// A list of rules.
    rules_deny,
    /// Title of /settings.
    settings_title,
    /// Keys of /settings.
    settings_keys,
    /// Keys while one of a few words is chosen.
    settings_words_keys,
    /// Keys while a value is written.
    settings_write_keys,
    /// Source of a value nobody has set.
    settings_default,
    /// A setting without a value.
    settings_unset,
    /// A setting that is not changed on the screen.
    settings_fixed,
    /// From when on a change counts.
    settings_live,
    /// From when on a change counts.
    settings_next_start,
    /// A value was written, and another one holds.
    settings_above,
    /// A switch.
    switch_on,
    /// A switch.
    switch_off,
    /// Title of /memory.
    memory_title,
    /// Keys of /memory.
    memory_keys,
    /// Size of an instruction file.
    memory_size,
    /// An instruction file that is not there.
    memory_missing,
    /// What happens after a change.
    memory_refresh,
    /// Title of /context.
    window_title,
    /// Title of /context.
    window_title_of,
    /// Keys of /context.
    window_keys,
    /// A part of the window.
    window_tools,
    /// A part of the window.
    window_instructions,
    /// A part of the window.
    window_repository,
    /// A part of the window.
    window_map,
    /// A part of the window.
    window_messages,
    /// A part of the window.
    window_beside,
    /// A part of the window.
    window_answers,
    /// A part of the window.
    window_reasoning,
    /// A part of the window.
    window_results,
    /// A part of the window.
    window_free,
    /// A part of the window.
    window_reserve,
    /// The first line of /stats.
    stats_session,
    /// One request.
    stats_request,
    /// More of them.
    stats_requests,
    /// One call of a tool.
    stats_call,
    /// More of them.
    stats_calls,
    /// Behind the calls.
    stats_denied,
    /// Heading of a column.
    stats_model,
    /// Heading of a column.
    stats_requests_head,
    /// Heading of a column.
    stats_input,
    /// Heading of a column.
    stats_cached,
    /// Heading of a column.
    stats_output,
    /// Heading of a column.
    stats_cost,
    /// What the cache saved.
    stats_saved,
    /// What the cache has cost so far.
    stats_lost,
    /// The same where the price is not known.
    stats_saved_share,
    /// The same where the price is not known.
    stats_lost_share,
    /// How often the cache missed.
    stats_misses,
    /// How full the window is.
    stats_context,
    /// Behind that.
    stats_next,
    /// A row of /about.
    about_version,
    /// A row of /about.
    about_model,
    /// A row of /about.
    about_folder,
    /// A row of /about.
    about_session,
    /// A row of /about.
    about_cache,
    /// A row of /about.
    about_tools,
    /// What the sign ~ means.
    window_estimate,
    // Menus, the command line for the shell, the key sheet.
    /// `@`.
    sign_file,
    /// `!` at the beginning.
    sign_shell,
    /// `?` alone.
    sign_keys,
    /// Below the composer while the list of files is made.
    files_looking,
    /// Below the composer while it is a command line.
    shell_mode,
    /// A command before the session started.
    shell_not_yet,
    /// A command while something runs.
    shell_busy,
    /// Title of the key sheet.
    sheet_title,
    /// Below the key sheet.
    sheet_closes,
    /// Below a key sheet that is longer than the screen.
    sheet_scrolls,


    // Line mode.
    /// The first line where the cursor cannot be moved.
    lines_dumb,
    /// The first line where nobody may see it.
    lines_piped,
    /// The first line for a screen reader.
    lines_reader,
    /// Below a question.
    lines_number,
    /// Below a list or a form.
    lines_choose,
    /// After words while a turn runs.
    lines_queued,
    /// Every ten seconds of a turn.
    lines_still,
    /// For what line mode cannot do.
    lines_not_here,
    /// Before the person's words.
    spoken_you,
    /// Before an answer.
    spoken_qwen,
    /// Before what a tool did.
    spoken_tool,
    /// Before a question.
    spoken_approval,
    /// Before an error.
    spoken_error,
    /// Before something to be careful with.
    spoken_warning,
    /// Before something to know.
    spoken_note,
    /// Before a row of a table.
    spoken_row,

    // At the edges of the screen.
    /// In place of the status line until the session is there.
    starting,
    /// After `/clear`.
    begins_anew,
    /// The last line; a command.
    go_on_with,
    /// A notification; nobody looks at the window.
    notify_question,
    /// A notification; nobody looks at the window.
    notify_done,

    // Printed text: what is folded, cut, taken back.
    /// An earlier conversation of one turn goes on.
    restored_turn,
    /// Of several turns.
    restored_many,
    /// The person's words are longer than what is shown.
    lines_in_all,
    /// Behind a call that failed.
    verdict_failed,
    /// Behind a call that was denied.
    verdict_denied,
    /// Behind a call that was stopped.
    verdict_stopped,
    /// Behind a command that ended with another code than 0.
    exit_code,
    /// One line of an output is not shown.
    more_line,
    /// Several are not.
    more_lines,
    /// A title that stands for a longer text.
    folded,
    /// There is none.
    nothing_folded,
    /// The title of a thought that has ended.
    thought,
    /// The title of a thought whose time is not known.
    thought_title,
    /// Behind the title of an output whose beginning was dropped.
    only_the_end,
    /// Stands for the middle of a long output.
    between,
    /// A summary stands for the history now.
    summed_up,
    /// The newest message was taken back.
    taken_back_one,
    /// Several messages were.
    taken_back,
    /// Another model is used from now on.
    in_use_now,
    /// The chip of a paste of one line.
    pasted_line,
    /// Of several lines.
    pasted_lines,
    /// Of one that looks like another.
    pasted_again,
    /// All that a very small window shows.
    too_small,
    // Commands that cannot be run.
    /// It changes what the running turn stands on.
    not_while_busy,
    /// Nobody knows it.
    no_command,
    /// The same, where it may be a slip.
    no_command_near,
    /// Between two of those.
    near_or,
    /// `/rewind` with something else than a number.
    rewind_what,
    /// `/context` with an unknown word.
    context_what,
    // The status line.
    /// How full the window is.
    status_context,
    /// The same, where the window's size is not known.
    status_context_only,
    /// The share of the input that was read from the cache.
    status_cache,
    /// Until then the stored prompt can be read.
    warm_until,
    /// The same where there is little room.
    warm_short,
    /// It cannot be read any more.
    cold,
    /// The same where there is little room.
    cold_short,
    /// The same in the panel.
    warm_sentence,
    /// The same in the panel.
    cold_sentence,
    /// Nothing was stored, as far as is known.
    nothing_stored,
    // The bill.
    /// Its first line.
    bill_session,
    /// Its second.
    bill_tokens,
    /// What the input cost in units.
    bill_units,
    /// What all cost.
    bill_money,
    /// One request that only kept the cache warm.
    bill_ping,
    /// Several.
    bill_pings,
    /// Lines that came and went.
    bill_lines,
    /// All tokens, where the share that was read is known.
    bill_all,
    /// The same where it is not.
    bill_all_no_rate,
    /// The server told nothing about its cache.
    bill_not_reported,
    /// The input by what it cost, where nothing is told of writing.
    bill_read,
    /// The same with what was written.
    bill_read_written,
    /// What was paid, and what it had been without a cache.
    bill_without,
    /// And with the provider's own cache at its best.
    bill_implicit,
    /// So much less.
    bill_saved,
    /// So much more.
    bill_more,
    /// The first request cost more than without a cache.
    bill_first,
    /// More was written than read.
    bill_not_yet,
    // `/cache`.
    /// A column: tokens read.
    cache_read,
    /// A column: tokens written.
    cache_written,
    /// A column: tokens at the full price.
    cache_plain,
    /// A column.
    cache_output,
    /// A column.
    cache_cost,
    /// A column.
    cache_saved,
    /// A column: why less was read.
    cache_why,
    /// The row of sums.
    cache_all,
    /// Above the rows: one request has none.
    cache_unseen_one,
    /// Several have none.
    cache_unseen,
    /// Before the share that was read.
    cache_rate,
    /// The same where there is little room.
    cache_rate_short,
    /// The share.
    cache_rate_is,
    /// The same where there is little room.
    cache_rate_is_short,
    /// Before a remark.
    cache_note,
    /// Before what is stored now.
    cache_now,
    /// Before the mode of the cache.
    cache_mode,
    /// Before the newest reason.
    cache_last_miss,
    /// The same where there is little room.
    cache_last_miss_short,
    /// Before what the provider did against its rules.
    cache_found,
    /// Which request, and what of it.
    cache_request,
    /// What was paid, and what it had been; `change` in percent.
    cache_not,
    /// The same in money.
    cache_not_money,
    /// After the first request.
    cache_pays,
    // Why less was read from the cache than could have been. The English is that of `protocol::words`.
    /// The conversation begins.
    miss_first,
    /// The pause was too long.
    miss_idle,
    /// What was sent is not what was stored.
    miss_tools,
    /// The same.
    miss_instructions,
    /// The same.
    miss_repository,
    /// The same.
    miss_history,
    /// Another model.
    miss_model,
    /// Another account.
    miss_account,
    /// Too little to store.
    miss_small,
    /// Markers do nothing.
    miss_ignored,
    /// The answer broke off.
    miss_cut,
    /// Two processes.
    miss_racing,
    /// Nobody knows.
    miss_unknown,
    /// What to do about it.
    advice_idle,
    /// The same.
    advice_tools,
    /// The same.
    advice_instructions,
    /// The same.
    advice_repository,
    /// The same.
    advice_model,
    /// The same.
    advice_account,
    /// The same.
    advice_ignored,
    /// The same.
    advice_racing,
    /// What the provider did against its rules.
    found_missing,
    /// The same.
    found_given_up,
    /// The same.
    found_ignored,
    /// The same.
    found_rewritten,
    /// Where that begins.
    found_head,
    /// The same.
    found_item,
    /// The same.
    found_per_marker,
    /// The same.
    found_refused,
    /// The same.
    found_plain_content,
    /// The same.
    found_plain_results,
    /// The same.
    found_no_key,
    /// The same.
    found_unpinned,
    // Signing in.
    /// The title of the panel.
    sign_in_title,
    /// Its keys.
    sign_in_keys,
    /// The keys of a list inside of it.
    sign_in_group_keys,
    /// What is there is being looked for.
    sign_in_looking,
    /// Enter with words in the composer.
    sign_in_wait,
    /// An account that is kept.
    sign_in_account,
    /// Behind the one in use.
    sign_in_in_use,
    /// A key that was found.
    sign_in_use,
    /// Signing in with a code: its name.
    way_oauth,
    /// What it means.
    way_oauth_about,
    /// A group of providers.
    way_pay,
    /// The same.
    way_plans,
    /// The same.
    way_others,
    /// An address the person types.
    way_custom,
    /// What it means.
    way_custom_about,
    /// Servers on this machine.
    way_local,
    /// What it means.
    way_local_about,
    /// The keys of the list of those.
    local_keys,
    /// They are being looked for.
    local_looking,
    /// There is none.
    local_none,
    /// A server has no model.
    local_no_model,
    /// A server has several.
    local_models,
    /// Where the page of a key stands.
    key_step_key,
    /// The same.
    key_step_test,
    /// Its keys.
    key_keys,
    /// A field.
    key_region,
    /// A field.
    key_url,
    /// A field.
    key_key,
    /// A field.
    key_model,
    /// A field.
    key_test,
    /// Where a key can be had.
    key_get,
    /// Something around a pasted key was left out.
    key_dropped,
    /// The same.
    dropped_name,
    /// The same.
    dropped_quotes,
    /// The same.
    dropped_blanks,
    /// A key as it is shown, and its length.
    key_characters,
    /// No model was named.
    key_own_model,
    /// The test runs.
    key_asking,
    /// Enter while it runs.
    key_test_runs,
    /// Enter without an address.
    key_no_address,
    /// Enter without a key.
    key_missing,
    /// After a test that failed.
    key_again,
    /// The same.
    key_instead,
    /// The same.
    key_other_region,
    /// The same.
    key_keep,
    /// Where the page of a code stands.
    device_contact,
    /// The same.
    device_approve,
    /// The same.
    device_test,
    /// The same.
    device_stopped,
    /// Its keys.
    device_keys,
    /// The same when it is over.
    device_over_keys,
    /// The first step.
    device_asking,
    /// The last one.
    device_trying,
    /// The code is too old.
    device_expired,
    /// What to do, above a link.
    device_open,
    /// What to do.
    device_check,
    /// What to do.
    device_wait,
    /// The browser has the page.
    device_opened,
    /// Without the code in the link.
    device_or,
    /// How long there is.
    device_waiting,
    /// What the server said last.
    device_last,
    /// The link went to the clipboard.
    device_copied,
    // The list of models.
    /// What a million tokens cost.
    model_price,
    /// The same, with what is read from the cache.
    model_price_cached,
    /// How its cache works.
    model_cache,
}
