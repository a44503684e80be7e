//! The one way a key may be tried at an address it was not given for.

use crate::{
    base::Secret,
    catalog::{Preset, provider_for},
};

use super::credential::{Credential, Endpoint};

/// A person's yes to the question whether their key may be shown to other regions of the same provider. Whoever
/// makes one has asked.
#[derive(Debug)]
pub struct Consent(());

impl Consent {
    /// The person said yes.
    pub fn given() -> Self {
        Self(())
    }
}

impl Credential {
    /// The same key for another region of its provider; `None` for an address of somebody else, and for servers
    /// nobody is known by.
    pub fn moved(&self, to: &Preset, _yes: &Consent) -> Option<Self> {
        let own = provider_for(self.endpoint.host());
        let endpoint = Endpoint::parse(to.base_url()?).ok()?;
        let there = provider_for(endpoint.host());
        let key = self.key().filter(|_| own.id == there.id && !own.hosts.is_empty())?;
        Some(Self::new(endpoint, Some(Secret::new(key.expose().to_owned())), self.source.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{auth::Source, catalog::PRESETS};

    #[test]
    fn a_key_moves_between_regions_of_its_provider_and_nowhere_else() {
        let homes = |base: &str| -> Vec<&str> {
            let key = Some(Secret::new("sk-0123456789".into()));
            let credential = Credential::new(Endpoint::parse(base).unwrap(), key, Source::BuiltIn);
            let moved = |to: &&Preset| credential.moved(to, &Consent::given()).is_some();
            PRESETS.iter().filter(moved).map(|preset| preset.id).collect()
        };
        let regions = ["qwen-cloud-china", "qwen-cloud-singapore", "qwen-cloud-us", "qwen-cloud-hongkong"];
        assert_eq!(homes("https://dashscope.aliyuncs.com/compatible-mode/v1"), regions);
        assert_eq!(homes("https://ws-1.us-east-1.maas.aliyuncs.com/compatible-mode/v1"), regions);
        assert_eq!(
            homes("https://coding.dashscope.aliyuncs.com/v1"),
            ["coding-plan-china", "coding-plan-intl"]
        );
        assert_eq!(homes("https://api.moonshot.cn/v1"), ["moonshot", "moonshot-china"]);
        assert_eq!(homes("https://dashscope.aliyuncs.com.evil.test/v1"), [""; 0]);
        assert_eq!(homes("http://localhost:1234/v1"), [""; 0]);
    }
}
