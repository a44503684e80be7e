//! The sessions that are kept: listed, read, removed.

use std::sync::Arc;

use super::{known::Known, service::Service};
use crate::{
    base::{AbsPath, SessionId},
    context,
    protocol::{Failure, Item, Kind, SessionRow},
    session::{self, Folder, Summary},
};

impl Service {
    /// The sessions of this project or of all, the newest first.
    pub(super) async fn sessions(self: &Arc<Self>, is_everywhere: bool) -> Result<Vec<SessionRow>, Failure> {
        self.on_disk(move |service, known| {
            let home = known.data_home()?;
            let all = if is_everywhere {
                session::everywhere(&home)
            } else {
                session::list(&Folder::of(&home, &context::root_of(service.cwd())))
            };
            // A session nobody has spoken in is none to go on with.
            Ok(all.into_iter().filter(|session| session.turns > 0).map(row).collect())
        })
        .await
    }

    /// What was said in a session. Errors: it is not there, or no transcript.
    pub(super) async fn preview(
        self: &Arc<Self>,
        session: SessionId,
        root: String,
    ) -> Result<Arc<[Item]>, Failure> {
        self.on_disk(move |_, known| {
            let loaded = session::load(known.project(&root)?.session_file(&session)?)?;
            Ok(loaded.items.into())
        })
        .await
    }

    /// Removes a session. Errors: it is not there, or open in a process, this one included.
    pub(super) async fn remove_session(
        self: &Arc<Self>,
        session: SessionId,
        root: String,
    ) -> Result<(), Failure> {
        self.on_disk(move |_, known| session::remove(&known.project(&root)?, &session)).await
    }
}

impl Known {
    /// Where sessions are kept. Errors: the folder has no absolute path.
    fn data_home(&self) -> Result<AbsPath, Failure> {
        AbsPath::new(&self.homes.qwen_home)
            .ok_or_else(|| Failure::new(Kind::Config, "the folder of sessions has no absolute path"))
    }

    fn project(&self, root: &str) -> Result<Folder, Failure> {
        let no_path = || Failure::new(Kind::Usage, format!("`{root}` is no project's folder"));
        let root = AbsPath::new(root).ok_or_else(no_path)?;
        Ok(Folder::of(&self.data_home()?, &root))
    }
}

fn row(summary: Summary) -> SessionRow {
    let Summary { id, root, branch, title, turns, modified, cost, last, is_open } = summary;
    SessionRow { session: id, title, root, branch, turns, changed: modified, cost, last, is_open }
}
