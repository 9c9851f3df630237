//! Cross-signing: the bot's device is signed by the bot's own identity, so that people's clients trust it.
//!
//! Looked at on every start and repaired where that is possible, because the first start may have been killed between
//! any two steps: the private keys are kept in the store before they are uploaded, and the device is signed after that.

use matrix_sdk::{
    Error,
    ruma::api::client::uiaa::{AuthData, Password, UserIdentifier},
};

use super::{account::Account, trouble::root_cause};

/// How the device stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trust {
    /// It was signed already.
    Signed,
    /// It is signed since now.
    Repaired,
    /// It can't be signed; the text says why.
    Unsigned(&'static str),
}

impl Account {
    /// Sees to it that the bot's device is signed by the bot's identity.
    ///
    /// # Errors
    ///
    /// What went wrong, briefly. Trying again later is safe.
    pub async fn ensure_trust(&self) -> Result<Trust, String> {
        self.mend_trust().await.map_err(|error| root_cause(&error))
    }

    async fn mend_trust(&self) -> Result<Trust, Error> {
        let encryption = self.client.encryption();
        // The homeserver's word on our identity; it also drops private keys that no longer belong to it.
        let identity = encryption.request_user_identity(&self.user).await?;
        let complete = encryption.cross_signing_status().await.is_some_and(|status| status.is_complete());
        if self.is_signed().await? && identity.is_some() {
            return Ok(Trust::Signed);
        }
        if identity.is_none() {
            self.upload_identity().await?;
        } else if complete {
            // Kept in the store is not yet uploaded: the SDK hands out our own identity also when the homeserver has
            // none. Uploading the same keys again changes nothing there, and the device's signature comes with it.
            self.upload_identity().await?;
        } else if let Some(handle) = match &self.password {
            None => {
                return Ok(Trust::Unsigned(
                    "the account has an identity whose keys the bot lacks, and no password is given to replace it",
                ));
            }
            Some(_) => encryption.reset_cross_signing().await?,
        } {
            tracing::warn!(
                "the account had an identity whose keys the bot lacks: it is replaced, and people may be asked to trust the bot again"
            );
            let session = match handle.auth_type() {
                matrix_sdk::encryption::CrossSigningResetAuthType::Uiaa(info) => info.session.clone(),
                matrix_sdk::encryption::CrossSigningResetAuthType::OAuth(_) => {
                    return Ok(Trust::Unsigned(
                        "the homeserver wants the identity's replacement approved in a browser",
                    ));
                }
            };
            handle.auth(self.password_proof(session)).await?;
        }
        encryption.request_user_identity(&self.user).await?;
        if self.is_signed().await? {
            Ok(Trust::Repaired)
        } else {
            Ok(Trust::Unsigned("the homeserver did not keep the signature"))
        }
    }

    /// Uploads our identity: keys that an earlier start made but did not upload, or new ones.
    async fn upload_identity(&self) -> Result<(), Error> {
        let encryption = self.client.encryption();
        let Err(error) = encryption.bootstrap_cross_signing(None).await else { return Ok(()) };
        let Some(proof) = error.as_uiaa_response().map(|info| self.password_proof(info.session.clone())) else {
            return Err(error);
        };
        if proof.is_none() {
            return Err(error);
        }
        encryption.bootstrap_cross_signing(proof).await
    }

    async fn is_signed(&self) -> Result<bool, Error> {
        let device = self.client.encryption().get_own_device().await?;
        Ok(device.is_some_and(|device| device.is_cross_signed_by_owner()))
    }

    fn password_proof(&self, session: Option<String>) -> Option<AuthData> {
        let password = self.password.as_ref()?;
        let name = UserIdentifier::from(self.user.clone());
        let mut proof = Password::new(name, password.expose().to_owned());
        proof.session = session;
        Some(AuthData::Password(proof))
    }
}
