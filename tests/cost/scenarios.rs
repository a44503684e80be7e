//! What people do, as scripts.

use qwen::{base::Moment, sim::Billing};

use crate::{
    client::{Client, HEAD, Sized, head},
    world::{Rules, World},
};

/// One thing people do.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) play: fn(&mut World),
    /// Why it cannot be within the bounds, if it cannot.
    pub(crate) except: Option<&'static str>,
}

const fn within(name: &'static str, play: fn(&mut World)) -> Scenario {
    Scenario { name, play, except: None }
}

/// All of them.
pub(crate) const ALL: &[Scenario] = &[
    within("hello, no tools", |world| one_shot(world, Sized { tools: 0, ..HEAD })),
    Scenario {
        name: "hello, tools offered, none used",
        play: |world| one_shot(world, HEAD),
        except: Some("whether a tool will be used is known only afterwards"),
    },
    within("six-step fix", |world| {
        let mut client = Client::new(world, "fix", head(HEAD, "a"));
        client.say(60);
        (0..6).for_each(|_| client.step(world, 1, 250));
        client.end(world);
    }),
    within("30 turns", |world| {
        let mut client = Client::new(world, "turns", head(HEAD, "a"));
        client.say(60);
        (0..30).for_each(|_| client.step(world, 1, 300));
        client.end(world);
    }),
    within("25 parallel calls, then 5 steps", |world| parallel(world, 25)),
    within("60 parallel calls, then 5 steps", |world| parallel(world, 60)),
    within("two processes in one repository", |world| {
        for name in ["first", "second"] {
            short_fix(world, name, "a");
            world.wait(60);
        }
    }),
    within("8 one-shots after a barrier", eight),
    within("rewind by two turns", |world| {
        let mut client = talk(world, 6);
        client.rewind(2);
        client.say(50);
        client.step(world, 1, 300);
        client.end(world);
        client.say(50);
        client.end(world);
    }),
    within("slow turns, rewind by three", |world| {
        let mut client = Client::new(world, "slow", head(HEAD, "a")).interactive();
        for _ in 0..7 {
            client.say(60);
            client.step(world, 6, 300);
            client.end(world);
            world.wait(140);
        }
        client.rewind(3);
        client.say(50);
        (0..3).for_each(|_| client.step(world, 1, 300));
        client.end(world);
    }),
    within("stopped mid-stream", |world| {
        let mut client = Client::new(world, "stop", head(HEAD, "a")).interactive();
        client.say(60);
        (0..5).for_each(|_| client.step(world, 2, 300));
        let flight = client.send(world);
        world.wait(3);
        client.abort(world, &flight);
        client.say(40);
        (0..5).for_each(|_| client.step(world, 2, 300));
        client.end(world);
    }),
    within("six minutes of pause", |world| {
        let mut client = talk(world, 3);
        world.wait(360);
        client.say(60);
        (0..5).for_each(|_| client.step(world, 1, 300));
        client.end(world);
    }),
    within("another model midway", |world| {
        let mut client = talk(world, 3);
        client.switch("qwen3-coder-flash");
        client.say(60);
        (0..5).for_each(|_| client.step(world, 1, 300));
        client.end(world);
    }),
    within("compaction", |world| {
        let mut client = Client::new(world, "long", head(HEAD, "a")).interactive();
        client.say(60);
        (0..20).for_each(|_| client.step(world, 1, 900));
        client.compact(world, 800);
        (0..10).for_each(|_| client.step(world, 1, 900));
        client.end(world);
    }),
    within("four resumed turns", |world| {
        let mut client = Client::new(world, "turn", head(HEAD, "a"));
        for _ in 0..4 {
            client.say(60);
            (0..3).for_each(|_| client.step(world, 1, 300));
            client.end(world);
            world.wait(30);
            client = client.resumed(world);
        }
    }),
    within("two repositories", |world| {
        for name in ["a", "b"] {
            short_fix(world, name, name);
            world.wait(30);
        }
    }),
];

/// A world in which the provider's way of billing is known, as it is from the second request of a day on.
pub(crate) fn world(rules: Rules) -> World {
    let mut world = World::new(rules);
    if rules.billing == Billing::PerMarker {
        let mut client = Client::new(&world, "earlier", head(HEAD, "elsewhere"));
        client.say(60);
        client.ask(&mut world, 5);
        let learned = world.disk.clone();
        world = World::new(rules);
        world.disk = learned;
        world.now = Moment(world.now.0 + 3_600_000);
    }
    world
}

fn one_shot(world: &mut World, sized: Sized) {
    let mut client = Client::new(world, "hello", head(sized, "a"));
    client.say(60);
    client.end(world);
}

fn parallel(world: &mut World, calls: usize) {
    let mut client = Client::new(world, "many", head(HEAD, "a"));
    client.say(60);
    client.step(world, calls, 300);
    (0..4).for_each(|_| client.step(world, 1, 300));
    client.end(world);
}

fn short_fix(world: &mut World, name: &str, repository: &str) {
    let mut client = Client::new(world, name, head(HEAD, repository));
    client.say(60);
    (0..5).for_each(|_| client.step(world, 1, 300));
    client.end(world);
}

/// The first is answered before the others start.
fn eight(world: &mut World) {
    let mut first = Client::new(world, "job0", head(HEAD, "a"));
    first.say(60);
    first.ask(world, 5);
    let mut flights = Vec::new();
    for job in 1..8 {
        let mut client = Client::new(world, &format!("job{job}"), head(HEAD, "a"));
        client.say(60);
        let flight = client.send(world);
        flights.push((client, flight));
    }
    world.wait(5);
    for (mut client, flight) in flights {
        client.hear(world, &flight);
    }
}

/// A conversation of so many turns with a person.
fn talk(world: &mut World, turns: usize) -> Client {
    let mut client = Client::new(world, "talk", head(HEAD, "a")).interactive();
    for _ in 0..turns {
        client.say(60);
        client.step(world, 1, 400);
        client.step(world, 2, 300);
        client.end(world);
        world.wait(40);
    }
    client
}
