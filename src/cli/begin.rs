//! Which conversation a session begins with.

use super::{Resume, assemble::new_session};
use crate::{
    base::SessionId,
    protocol::{Failure, Kind},
    session::{self, Folder},
    tui::Chosen,
};

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
