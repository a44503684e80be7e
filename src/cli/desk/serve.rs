//! The service as the agent sees it: one request, what comes of it, and perhaps another connection.

use std::sync::Arc;

use futures::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use super::{
    super::privacy::{Subject, page},
    add::New,
    service::Service,
};
use crate::{
    agent::{Connection, Desk, Tell},
    protocol::{DeskEvent, DeskOp, Failure, Kind},
};

impl Desk for Service {
    fn serve(
        self: Arc<Self>,
        op: DeskOp,
        stop: CancellationToken,
        tell: Tell,
    ) -> BoxFuture<'static, Option<Connection>> {
        Box::pin(async move {
            match self.answer(op, &stop, &tell).await {
                Ok(connection) => {
                    // What nobody waits for any more is not gone on with either.
                    let connection = connection.filter(|_| !stop.is_cancelled())?;
                    self.adopt(&connection);
                    Some(connection)
                }
                // Whoever stopped it knows.
                Err(failure) if failure.kind == Kind::Interrupted => None,
                Err(failure) => {
                    tell(DeskEvent::Failed(failure));
                    None
                }
            }
        })
    }
}

impl Service {
    async fn answer(
        self: &Arc<Self>,
        op: DeskOp,
        stop: &CancellationToken,
        tell: &Tell,
    ) -> Result<Option<Connection>, Failure> {
        match op {
            DeskOp::Overview => tell(DeskEvent::Overview(self.overview().await?)),
            DeskOp::SignIn => {
                let steps = |step| tell(DeskEvent::SignIn(step));
                // How it ended was told as a step.
                return Ok(self.sign_in(stop, &steps).await.ok());
            }
            // The agent stops what runs before it asks for this.
            DeskOp::Stop => {}
            DeskOp::Open { link } => {
                if !self.open(&link).await {
                    let failure = Failure::new(Kind::Usage, "no browser can be opened here");
                    return Err(failure.hint("open the address on any device, and compare the code"));
                }
            }
            DeskOp::AddKey { preset, base_url, key, model, keep_untested } => {
                let new = New { preset, base_url, key, model, name: None, keep_untested };
                let mut outcome = self.add(new, stop).await?;
                // The form closes, so what the test found is told where it stays.
                if let Some(connection) = &mut outcome.connection
                    && outcome.tested.is_ok
                {
                    connection.notes.push(format!("tested: {}", outcome.tested.line));
                }
                tell(DeskEvent::Tested(outcome.tested));
                return Ok(outcome.connection);
            }
            DeskOp::Test { account } => tell(DeskEvent::Tested(self.test(Some(&account), stop).await?)),
            DeskOp::Use { account } => return self.choose(&account).await.map(Some),
            DeskOp::Remove { account } => {
                self.remove(&account).await?;
                tell(DeskEvent::Overview(self.overview().await?));
            }
            DeskOp::FindLocal => tell(DeskEvent::Local(self.local(stop).await?)),
            DeskOp::Models => tell(DeskEvent::Models(self.models(stop).await?)),
            DeskOp::UseModel { model, account, is_default } => {
                return self.use_model(&model, account.as_deref(), is_default).await.map(Some);
            }
            DeskOp::Privacy => {
                let page = self.on_disk(|service, known| {
                    let subject = service.connection().as_ref().map(Subject::of);
                    Ok(page(&known, subject.as_ref(), service.is_private()))
                });
                tell(DeskEvent::Privacy(page.await?));
            }
            DeskOp::Sessions { is_everywhere } => {
                tell(DeskEvent::Sessions(self.sessions(is_everywhere).await?));
            }
            DeskOp::Preview { session, root } => {
                let items = self.preview(session.clone(), root).await?;
                tell(DeskEvent::Preview { session, items });
            }
            DeskOp::RemoveSession { session, root, is_everywhere } => {
                self.remove_session(session, root).await?;
                tell(DeskEvent::Sessions(self.sessions(is_everywhere).await?));
            }
            DeskOp::Settings => tell(DeskEvent::Settings(self.settings().await?)),
            DeskOp::Set { name, value } => {
                self.set(name, value).await?;
                tell(DeskEvent::Settings(self.settings().await?));
            }
        }
        Ok(None)
    }
}
