//! A sign-in server on loopback, clocks that obey, and files to keep a sign-in in.

use std::{
    collections::BTreeMap,
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use futures::future::BoxFuture;

use super::{
    Options, Overrides,
    pace::{Clock, Reading},
};

/// A request as the server read it.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) path: String,
    pub(super) head: String,
    pub(super) form: BTreeMap<String, String>,
}

impl Seen {
    pub(super) fn field(&self, name: &str) -> &str {
        self.form.get(name).map_or("", String::as_str)
    }
}

/// Status and body; status zero hangs up instead.
pub(super) type Answer = (u16, String);

/// A server that stops when it is dropped.
pub(super) struct Server {
    pub(super) base: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    stop: Arc<AtomicBool>,
}

impl Server {
    /// Answers each request as the function says.
    pub(super) fn start(answer: impl Fn(&Seen) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("bound"));
        let (seen, stop) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let (log, over, answer) = (Arc::clone(&seen), Arc::clone(&stop), Arc::new(answer));
        thread::spawn(move || {
            for socket in listener.incoming().flatten() {
                if over.load(Ordering::SeqCst) {
                    return;
                }
                let (log, answer) = (Arc::clone(&log), Arc::clone(&answer));
                thread::spawn(move || serve(socket, &log, &*answer));
            }
        });
        Self { base, seen, stop }
    }

    /// Gives a code, then answers the questions in this order; the last answer stays.
    pub(super) fn scripted(answers: &[(u16, &str)]) -> Self {
        let answers: Vec<Answer> = answers.iter().map(|(s, b)| (*s, (*b).to_owned())).collect();
        let next = Mutex::new(0);
        Self::start(move |seen| {
            if seen.path == "/device" {
                return (200, CODE.to_owned());
            }
            let mut next = next.lock().expect("whole");
            let answer = answers[(*next).min(answers.len() - 1)].clone();
            *next += 1;
            answer
        })
    }

    /// Renews: each refresh token works once, the first is `refresh-0`; an answer takes `delay`.
    pub(super) fn rotating(delay: Duration) -> Self {
        let turn = Mutex::new(0);
        Self::start(move |seen| {
            let mut turn = turn.lock().expect("whole");
            if seen.field("refresh_token") != format!("refresh-{turn}") {
                return (400, r#"{"error":"invalid_grant","error_description":"used"}"#.to_owned());
            }
            *turn += 1;
            thread::sleep(delay);
            (200, grant(&format!("access-{turn}"), Some(&format!("refresh-{turn}"))))
        })
    }

    pub(super) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("whole").clone()
    }

    pub(super) fn options(&self) -> Options {
        Options::new(&self.overrides()).expect("loopback may be used")
    }

    pub(super) fn overrides(&self) -> Overrides {
        Overrides {
            device_endpoint: Some(format!("{}/device", self.base)),
            token_endpoint: Some(format!("{}/token", self.base)),
            ..Overrides::default()
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // Wakes the listener.
        let _ = TcpStream::connect(self.base.trim_start_matches("http://"));
    }
}

pub(super) const CODE: &str = r#"{"device_code":"canary-device","user_code":"ABCD-EFGH",
    "verification_uri":"https://chat.qwen.ai/authorize",
    "verification_uri_complete":"https://chat.qwen.ai/authorize?user_code=ABCD-EFGH","expires_in":600,"interval":5}"#;

pub(super) fn grant(access: &str, refresh: Option<&str>) -> String {
    let refresh = refresh.map(|token| format!(r#","refresh_token":"{token}""#)).unwrap_or_default();
    format!(
        r#"{{"access_token":"{access}","token_type":"Bearer","expires_in":7200,"resource_url":"http://127.0.0.1:9/v1"{refresh}}}"#
    )
}

/// Answers on one connection until it is closed, as servers do.
fn serve(mut socket: TcpStream, log: &Mutex<Vec<Seen>>, answer: &dyn Fn(&Seen) -> Answer) {
    while let Some(seen) = read(&mut socket) {
        log.lock().expect("whole").push(seen.clone());
        let (status, body) = answer(&seen);
        if status == 0 {
            return;
        }
        let kind = if body.starts_with('<') { "text/html" } else { "application/json" };
        let more =
            if (300..400).contains(&status) { "Location: https://evil.test/?code=canary\r\n" } else { "" };
        let head = format!(
            "HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\n{more}Content-Length: {}\r\n\r\n",
            body.len()
        );
        let _ = socket.write_all(format!("{head}{body}").as_bytes());
    }
}

fn read(socket: &mut TcpStream) -> Option<Seen> {
    let (mut bytes, mut buffer) = (Vec::new(), [0; 4_096]);
    loop {
        let n = socket.read(&mut buffer).ok().filter(|n| *n > 0)?;
        bytes.extend_from_slice(&buffer[..n]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length =
            head.lines().find_map(|l| l.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
        if body.len() >= length.unwrap_or(0) {
            let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
            let form = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
            return Some(Seen { path, head: head.to_lowercase(), form });
        }
    }
}

/// Clocks on which a sleep takes no time, and on which the wall may jump.
#[derive(Default)]
pub(super) struct Clocks {
    time: Mutex<Time>,
}

#[derive(Default)]
struct Time {
    steady: Duration,
    wall: Duration,
    slept: Vec<u64>,
    /// Before this sleep ends, the wall moves so far.
    jump: Option<(usize, Duration)>,
}

impl Clocks {
    pub(super) fn jumping(at: usize, by: Duration) -> Arc<Self> {
        let clocks = Self::default();
        clocks.time.lock().expect("whole").jump = Some((at, by));
        Arc::new(clocks)
    }

    /// All sleeps. Unit: seconds.
    pub(super) fn slept(&self) -> Vec<u64> {
        self.time.lock().expect("whole").slept.clone()
    }
}

impl Clock for Arc<Clocks> {
    fn now(&self) -> Reading {
        let time = self.time.lock().expect("whole");
        Reading { steady: time.steady, wall: time.wall }
    }

    fn sleep(&self, wanted: Duration) -> BoxFuture<'_, ()> {
        let mut time = self.time.lock().expect("whole");
        time.steady += wanted;
        time.wall += wanted;
        time.slept.push(wanted.as_secs());
        if let Some((at, by)) = time.jump
            && time.slept.len() == at
        {
            time.wall += by;
        }
        Box::pin(async {})
    }
}
