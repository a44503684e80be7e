//! Which conversation a session begins with, and where it is kept.

use std::{borrow::Cow, io};

use super::{
    Resume,
    arguments::SessionFlags,
    assemble::{new_session, now},
};
use crate::{
    agent::Setup,
    base::{Moment, SessionId},
    context,
    protocol::{Failure, Kind},
    session::{self, Folder, Meta, Record, Transcript},
    tui::Chosen,
};

/// What a session goes on from.
pub(super) enum From {
    /// Nothing.
    Nothing,
    /// What its own file holds.
    Itself,
    /// Another session, of which no copy could be made.
    Another(SessionId, io::Error),
}

/// Which conversation a session begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Begin {
    /// None.
    Fresh,
    /// The newest one of the project.
    Newest,
    /// One that was named, or the beginning of its name.
    Named(SessionId),
    /// The person chooses on the screen.
    Choose,
    /// The person has chosen on the screen.
    Chosen(Chosen),
}

impl Begin {
    /// What the command line asks for.
    pub(super) fn asked(resume: Option<Resume>) -> Self {
        match resume {
            None => Self::Fresh,
            Some(Resume::Newest) => Self::Newest,
            Some(Resume::Id(id)) => Self::Named(id),
            Some(Resume::Choose) => Self::Choose,
        }
    }

    /// The id of the session, and what it goes on from. With `--fork-session` that is a copy.
    /// Errors: as [`Begin::resumed`]; flags that do not go together.
    pub(super) fn from(
        &self,
        flags: &SessionFlags,
        folder: Option<&Folder>,
    ) -> Result<(SessionId, From), Failure> {
        let named = flags.session_id.clone().map(SessionId::new);
        if flags.fork_session && *self == Self::Fresh {
            return Err(Failure::new(Kind::Usage, "`--fork-session` needs `--continue` or `--resume ID`"));
        }
        if named.is_some() && !flags.fork_session && *self != Self::Fresh {
            let error =
                "`--session-id` names a new session, and `--continue` and `--resume` go on with an old one";
            return Err(
                Failure::new(Kind::Usage, error).hint("go on in a copy with this id: add `--fork-session`")
            );
        }
        let from = folder.map_or(Ok(None), |folder| self.resumed(folder))?;
        match (from, folder) {
            (Some(from), Some(folder)) if flags.fork_session => {
                let copy = named.unwrap_or_else(new_session);
                let copied = session::try_duplicate(folder, &from, &copy)?;
                Ok((copy, copied.map_or_else(|why| From::Another(from, why), |()| From::Itself)))
            }
            (Some(id), _) => Ok((id, From::Itself)),
            (None, _) => Ok((named.unwrap_or_else(new_session), From::Nothing)),
        }
    }

    /// The session that goes on, if one does. Errors: it is not there, there is none to choose, it cannot be copied.
    pub(super) fn resumed(&self, folder: &Folder) -> Result<Option<SessionId>, Failure> {
        Ok(match self {
            Self::Choose if session::latest(folder).is_none() => {
                return Err(Failure::new(Kind::Usage, "there is no session to resume in this project"));
            }
            Self::Fresh | Self::Choose => None,
            Self::Newest => Some(session::latest(folder).ok_or_else(|| {
                Failure::new(Kind::Usage, "there is no session to continue in this project")
                    .hint("leave --continue out to start one")
            })?),
            Self::Named(id) => Some(session::find(folder, id.as_str())?),
            Self::Chosen(Chosen { session, is_copy: true, .. }) => {
                let copy = new_session();
                session::duplicate(folder, session, &copy)?;
                Some(copy)
            }
            Self::Chosen(chosen) => Some(chosen.session.clone()),
        })
    }
}

/// Opens the transcript: of a session that goes on, or of a new one.
pub(super) fn keep(setup: &mut Setup, folder: &Folder, from: &From) -> Result<(), Failure> {
    let model = setup.connection.as_ref().map(|c| c.profile.model.clone()).unwrap_or_default();
    let meta = Meta::new(setup.session.clone(), folder.root(), model, Moment(now()));
    let meta = meta.on(context::branch(&setup.root));
    let (mut transcript, loaded) = match from {
        From::Nothing => {
            setup.transcript = Transcript::create(folder, &meta)?;
            return Ok(());
        }
        From::Itself => Transcript::resume(folder, &setup.session)?,
        From::Another(from, why) => Transcript::without(folder, from, why)?,
    };
    setup.notices.extend(transcript.append(&Record::Meta(Cow::Owned(meta))));
    setup.transcript = transcript;
    setup.restored = loaded.items;
    setup.link = loaded.link;
    setup.notices.extend(loaded.notices);
    Ok(())
}
