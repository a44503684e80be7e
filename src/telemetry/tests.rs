//! Delivery to collectors in this process: friendly, slow, hostile and absent ones.

use std::{
    convert::Infallible,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{Request, Response, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use super::{
    Account, Collector, Face, Facts, Folder, IsOn, Marks, NOTICE, Pause, Plan, Shelf, Terminal, deliver,
    watch,
};
use crate::{
    base::Moment,
    net,
    protocol::{EndReason, Event, Level, Mode, Totals},
};

/// What a collector does with each request.
type Answer = fn(usize) -> Response<Full<Bytes>>;

/// Requests by path and body.
type Got = Arc<Mutex<Vec<(String, Vec<u8>)>>>;

/// A collector and what it got.
struct Receiver {
    address: String,
    got: Got,
}

impl Receiver {
    async fn start(answer: Answer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("bound"));
        let got = Got::default();
        let all = got.clone();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let all = all.clone();
                let service = service_fn(move |request: Request<Incoming>| {
                    let all = all.clone();
                    async move {
                        let path = request.uri().path().to_owned();
                        let body = request.into_body().collect().await.expect("a whole body").to_bytes();
                        let many = {
                            let mut all = all.lock().expect("whole");
                            all.push((path, body.to_vec()));
                            all.len()
                        };
                        Ok::<_, Infallible>(answer(many))
                    }
                });
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(socket), service));
            }
        });
        Self { address, got }
    }

    fn collector(&self) -> Collector {
        Collector::new(net::Lazy::default(), &self.address, "logs").expect("an address")
    }

    fn got(&self) -> Vec<Vec<u8>> {
        self.got.lock().expect("whole").iter().map(|(_, body)| body.clone()).collect()
    }
}

fn status(status: u16) -> Response<Full<Bytes>> {
    Response::builder().status(status).body(Full::default()).expect("an answer")
}

fn folder(waiting: usize) -> (tempfile::TempDir, Folder) {
    let home = tempfile::tempdir().expect("a folder");
    let folder = Folder::of(home.path());
    for at in 0..waiting {
        folder.queue(format!("{{\"request\":{at}}}\n").as_bytes(), now()).expect("kept");
    }
    (home, folder)
}

fn now() -> Moment {
    static CLOCK: AtomicU64 = AtomicU64::new(1_795_305_600_000);
    Moment(CLOCK.fetch_add(1, Ordering::SeqCst))
}

const ON: fn() -> bool = || true;

#[tokio::test]
async fn what_waits_arrives_once_byte_for_byte_and_in_order() {
    let receiver = Receiver::start(|_| status(200)).await;
    let (_home, folder) = folder(3);
    let shown = folder.queued();
    assert_eq!(deliver(&folder, &receiver.collector(), &ON, now).await, 3);
    assert_eq!(receiver.got(), shown);
    assert_eq!(receiver.got.lock().expect("whole")[0].0, "/v1/logs");
    assert_eq!((folder.queued().len(), folder.sent().as_ref()), (0, shown.last()));
    assert_eq!(deliver(&folder, &receiver.collector(), &ON, now).await, 0);
    assert_eq!(receiver.got().len(), 3);
}

#[tokio::test]
async fn of_many_processes_one_sends_each_request() {
    let receiver = Receiver::start(|_| status(200)).await;
    let (_home, folder) = folder(20);
    let all = (0..8).map(|_| {
        let (folder, collector) = (folder.clone(), receiver.collector());
        tokio::spawn(async move { deliver(&folder, &collector, &ON, now).await })
    });
    let sent: usize =
        futures::future::join_all(all).await.into_iter().map(|sent| sent.expect("no panic")).sum();
    let mut got = receiver.got();
    got.sort();
    got.dedup();
    assert_eq!((sent, got.len(), receiver.got().len()), (20, 20, 20));
}

#[tokio::test]
async fn a_collector_that_says_no_is_left_alone_and_nothing_is_lost() {
    let answers: [(Answer, u64); 4] = [
        (|_| status(401), 60),
        (|_| status(500), 60),
        (
            |_| {
                Response::builder()
                    .status(429)
                    .header("retry-after", "900")
                    .body(Full::default())
                    .expect("ok")
            },
            900,
        ),
        (
            |_| {
                Response::builder()
                    .status(302)
                    .header("location", "/elsewhere")
                    .body(Full::default())
                    .expect("ok")
            },
            60,
        ),
    ];
    for (answer, seconds) in answers {
        let receiver = Receiver::start(answer).await;
        let (_home, folder) = folder(2);
        let before = folder.queued();
        assert_eq!(deliver(&folder, &receiver.collector(), &ON, now).await, 0);
        assert_eq!(receiver.got().len(), 1, "one try, and no redirect is followed");
        assert_eq!((folder.queued(), folder.sent()), (before, None));
        let Pause { until, failures } = folder.pause();
        assert_eq!((until.since(now()).as_secs().div_ceil(10) * 10, failures), (seconds, 1));
        deliver(&folder, &receiver.collector(), &ON, now).await;
        assert_eq!(receiver.got().len(), 1, "the pause is kept");
    }
}

#[tokio::test]
async fn what_a_collector_will_never_take_is_dropped() {
    let receiver = Receiver::start(|many| status(if many == 1 { 400 } else { 200 })).await;
    let (_home, folder) = folder(2);
    assert_eq!(deliver(&folder, &receiver.collector(), &ON, now).await, 1);
    assert_eq!((receiver.got().len(), folder.queued().len()), (2, 0));
}

#[tokio::test]
async fn the_body_of_an_answer_is_not_read() {
    let huge: Answer = |_| Response::new(Full::new(Bytes::from(vec![b'x'; 64 << 20])));
    let receiver = Receiver::start(huge).await;
    let (_home, folder) = folder(1);
    let collector = receiver.collector();
    let sent = tokio::time::timeout(Duration::from_secs(5), deliver(&folder, &collector, &ON, now));
    assert_eq!(sent.await, Ok(1));
}

#[tokio::test]
async fn where_nobody_listens_everything_waits() {
    let address = Receiver { address: "http://127.0.0.1:9".into(), got: Arc::default() };
    let (_home, folder) = folder(2);
    assert_eq!(deliver(&folder, &address.collector(), &ON, now).await, 0);
    assert_eq!((folder.queued().len(), folder.pause().failures), (2, 1));
}

#[tokio::test]
async fn what_was_turned_off_sends_nothing_and_tries_nothing_again() {
    let receiver = Receiver::start(|_| status(503)).await;
    let (_home, folder) = folder(2);
    assert_eq!(deliver(&folder, &receiver.collector(), &|| false, now).await, 0);
    assert_eq!(receiver.got().len(), 0);
    let asked = AtomicBool::new(false);
    let once = || !asked.swap(true, Ordering::SeqCst);
    deliver(&folder, &receiver.collector(), &once, now).await;
    assert_eq!((receiver.got().len(), folder.queued().len()), (1, 1), "the one on its way is not put back");
}

fn facts() -> Facts {
    Facts {
        face: Face::of("once"),
        account: Account::of("qwen-oauth"),
        terminal: Terminal::of("xterm"),
        started: Moment(0),
    }
}

fn plan(folder: &Folder, home: &tempfile::TempDir, is_counting: bool, is_on: IsOn) -> Plan {
    Plan { folder: folder.clone(), shelf: Shelf::of(home.path()), collector: None, is_counting, is_on, now }
}

fn story() -> Vec<Event> {
    let told = Event::Notice { level: Level::Info, text: NOTICE.to_owned() };
    let ended = Event::TurnEnded { reason: EndReason::Completed, totals: Totals::default() };
    vec![told, Event::ModeChanged(Mode::Plan), ended, Event::SessionEnded { totals: Totals::default() }]
}

async fn play(plan: Plan) {
    let (watch, work) = watch(facts(), Some(plan), None, now);
    let working = work.start();
    for event in &story() {
        watch.see(event);
    }
    working.end().await;
}

#[tokio::test]
async fn a_session_leaves_one_request_for_the_next_one_to_send() {
    let (home, folder) = folder(0);
    play(plan(&folder, &home, true, Arc::new(ON))).await;
    let queued = folder.queued();
    assert_eq!(queued.len(), 1);
    let told: serde_json::Value = serde_json::from_slice(&queued[0]).expect("JSON");
    let records = &told["resourceLogs"][0]["scopeLogs"][0]["logRecords"];
    let names: Vec<_> = records.as_array().expect("a list").iter().map(|r| r["eventName"].clone()).collect();
    assert_eq!(names, ["mode_changed", "turn_ended", "session_ended"]);
    let hour = records[0]["timeUnixNano"].as_str().expect("a string").parse::<u64>().expect("a number");
    assert_eq!(hour % 3_600_000_000_000, 0, "times are told by the hour");
}

#[tokio::test]
async fn the_first_session_only_remembers_that_the_notice_was_shown() {
    let (home, folder) = folder(0);
    play(plan(&folder, &home, false, Arc::new(ON))).await;
    assert_eq!(folder.marks(), Marks { was_told: true, said_yes: false });
    assert_eq!((folder.queued().len(), folder.month()), (0, None));
}

#[tokio::test]
async fn a_no_in_the_middle_of_a_session_leaves_nothing() {
    let (home, folder) = folder(0);
    let is_on = Arc::new(AtomicBool::new(true));
    let asked = is_on.clone();
    let plan = plan(&folder, &home, true, Arc::new(move || asked.load(Ordering::SeqCst)));
    let (watch, work) = watch(facts(), Some(plan), None, now);
    let working = work.start();
    let story = story();
    for event in story.iter().take(2) {
        watch.see(event);
    }
    is_on.store(false, Ordering::SeqCst);
    for event in story.iter().skip(2) {
        watch.see(event);
    }
    working.end().await;
    assert_eq!((folder.queued().len(), folder.month()), (0, None));
}

#[tokio::test]
async fn a_collector_that_never_answers_does_not_hold_up_the_end() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("bound"));
    let (home, folder) = folder(1);
    let collector = Collector::new(net::Lazy::default(), &address, "logs").expect("an address");
    let plan = Plan { collector: Some(collector), ..plan(&folder, &home, true, Arc::new(ON)) };
    let (watch, work) = watch(facts(), Some(plan), None, now);
    let working = work.start();
    let info = crate::protocol::SessionInfo {
        id: crate::base::SessionId::new("s"),
        root: String::new(),
        branch: None,
        model: String::new(),
        provider: String::new(),
        window: crate::base::Tokens(0),
        tools: Vec::new(),
        mode: Mode::Plan,
        cache: (crate::protocol::CacheMode::Off, String::new()),
        restored_turns: 0,
    };
    watch.see(&Event::SessionStarted(info));
    let (_connection, _) = listener.accept().await.expect("it is tried");
    let began = std::time::Instant::now();
    working.end().await;
    // A tenth of a second is allowed, and a delivery has ten seconds: this is between the two.
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
    assert_eq!(folder.pause().failures, 1, "the next session does not try at once");
}
