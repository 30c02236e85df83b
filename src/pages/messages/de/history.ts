import type { history as schema } from "../en/history.ts";
import { translationOf } from "../scheme.ts";

export const history = translationOf<typeof schema>()({
  event_signup_user: "Konto erstellt",
  event_signup_admin: "Konto auf Einladung erstellt",
  event_signup_command: "Konto von den Betreibern dieses Dienstes erstellt",
  event_signup_provider: "Konto durch Anmeldung bei einem Anbieter erstellt",
  event_login_success: "Angemeldet",
  event_login_success_ways: "Angemeldet mit {ways}",
  event_login_success_token: "Eine App hat sich angemeldet",
  event_login_success_token_ways: "Eine App hat sich angemeldet mit {ways}",
  event_login_failed: "Anmeldung abgelehnt oder falsches Passwort angegeben",
  event_login_locked: "Anmeldung für eine Weile gesperrt, nach zu vielen falschen Passwörtern",
  event_logout: "Abgemeldet",
  event_session_revoked_user: "Sitzung beendet",
  event_session_revoked_admin: "Sitzung von den Betreibern dieses Dienstes beendet",
  event_session_revoked_password_change: "Sitzung beendet, weil das Passwort geändert wurde",
  event_session_revoked_password_reset:
    "Sitzung beendet, weil per E-Mail ein neues Passwort gewählt wurde",
  event_session_revoked_email_change: "Sitzung beendet, weil die Adresse geändert wurde",
  event_session_revoked_email_change_undo:
    "Sitzung beendet, weil eine Änderung der Adresse zurückgenommen wurde",
  event_session_revoked_email_proof:
    "Sitzung beendet, weil die Adresse durch ihr Postfach bestätigt wurde",
  event_session_revoked_factor_change:
    "Sitzung beendet, weil ein Weg zur Anmeldung dazukam oder entfernt wurde",
  event_session_revoked_disable: "Sitzung beendet, weil das Konto deaktiviert wurde",
  event_session_revoked_reuse: "Sitzung beendet, weil einer ihrer Schlüssel zweimal benutzt wurde",
  event_session_revoked_wrong_password:
    "Sitzung beendet, nach zu vielen falschen Passwörtern darin",
  event_token_revoked: "Eine App hat sich abgemeldet",
  event_refresh_token_reuse:
    "Der Schlüssel einer App wurde zweimal benutzt: Jemand hat vielleicht eine Kopie davon",
  event_password_changed: "Passwort geändert",
  event_password_reset: "Neues Passwort per E-Mail gewählt",
  event_user_updated_user: "Konto geändert: {changes}",
  event_user_updated_admin: "Konto von einem Administrator geändert: {changes}",
  event_user_updated_command: "Konto von den Betreibern dieses Dienstes geändert: {changes}",
  change_role_admin: "Sie haben Verwaltungsrechte",
  change_role_user: "Sie haben keine Verwaltungsrechte mehr",
  change_disabled: "es wurde deaktiviert",
  change_enabled: "es wurde aktiviert",
  change_email_verified: "die Adresse gilt als bestätigt",
  change_none: "nichts Sichtbares",
  event_user_unlocked_user: "Sperre der Anmeldung beendet",
  event_user_unlocked_admin: "Sperre der Anmeldung von einem Administrator beendet",
  event_user_unlocked_command: "Sperre der Anmeldung von den Betreibern dieses Dienstes beendet",
  event_signup_existing_email: "Jemand wollte mit Ihrer Adresse ein Konto erstellen",
  event_reset_token_created: "Link für ein neues Passwort per E-Mail geschickt",
  event_email_verification_requested: "E-Mail zum Bestätigen der Adresse geschickt",
  event_email_verified_signup: "Adresse beim Erstellen des Kontos bestätigt",
  event_email_verified_owner: "Adresse bestätigt",
  event_email_verified_password_reset: "Adresse durch die Wahl eines neuen Passworts bestätigt",
  event_email_verified_mail_login: "Adresse durch eine Anmeldung per E-Mail bestätigt",
  event_email_verified_provider: "Adresse von einem Anbieter bestätigt",
  event_email_verified_admin: "Adresse von einem Administrator bestätigt",
  event_email_verified_command: "Adresse von den Betreibern dieses Dienstes bestätigt",
  event_email_change_started: "Änderung der Adresse begonnen",
  event_email_changed: "Adresse geändert",
  event_email_change_undone:
    "Änderung der Adresse zurückgenommen. Alles wurde abgemeldet, und das Passwort gilt nicht mehr",
  event_mail_login_requested: "Code zum Anmelden per E-Mail geschickt",
  event_login_pending: "Erster Schritt einer Anmeldung getan mit {ways}",
  event_second_factor_added: "Authenticator-App eingerichtet",
  event_second_factor_removed_user: "Authenticator-App entfernt",
  event_second_factor_removed_admin: "Authenticator-App von einem Administrator entfernt",
  event_second_factor_removed_command:
    "Authenticator-App von den Betreibern dieses Dienstes entfernt",
  event_second_factor_removed_email_proof:
    "Authenticator-App entfernt, weil die Adresse durch ihr Postfach bestätigt wurde",
  event_second_factor_removed_email_change_undo:
    "Authenticator-App entfernt, weil eine Änderung der Adresse zurückgenommen wurde",
  event_second_factors_reset_user: "Alle zweiten Schritte entfernt",
  event_second_factors_reset_admin: "Alle zweiten Schritte von einem Administrator entfernt",
  event_second_factors_reset_command:
    "Alle zweiten Schritte von den Betreibern dieses Dienstes entfernt",
  event_second_factor_failed_wrong: "Zweiter Schritt mit {ways} abgelehnt: falsch",
  event_second_factor_failed_replayed: "Zweiter Schritt mit {ways} abgelehnt: schon benutzt",
  event_second_factor_failed_locked:
    "Zweiter Schritt mit {ways} ungeprüft abgelehnt, nach zu vielen falschen Codes",
  event_second_factors_locked: "Codes für eine Weile abgelehnt, nach zu vielen falschen",
  event_recovery_codes_renewed: "Wiederherstellungscodes erneuert",
  event_recovery_code_used: {
    one: "Wiederherstellungscode benutzt, noch {count} übrig",
    other: "Wiederherstellungscode benutzt, noch {count} übrig",
  },
  event_reauthentication_requested: "Noch einmal gefragt, wer Sie sind, per {ways}",
  event_reauthenticated: "Noch einmal nachgewiesen, wer Sie sind, mit {ways}",
  event_reauthentication_failed: "Nachweis, wer Sie sind, misslungen, mit {ways}",
  event_passkey_added: "Passkey hinzugefügt",
  event_passkey_removed_user: "Passkey entfernt",
  event_passkey_removed_admin: "Passkey von einem Administrator entfernt",
  event_passkey_removed_command: "Passkey von den Betreibern dieses Dienstes entfernt",
  event_passkey_removed_email_proof:
    "Passkey entfernt, weil die Adresse durch ihr Postfach bestätigt wurde",
  event_passkey_removed_email_change_undo:
    "Passkey entfernt, weil eine Änderung der Adresse zurückgenommen wurde",
  event_passkey_clone_suspected: "Passkey abgelehnt: Vielleicht gibt es eine Kopie davon",
  event_identity_linked_user: "{provider} verknüpft",
  event_identity_linked_signup: "{provider} mit dem neuen Konto verknüpft",
  event_identity_linked_email_proof: "{provider} verknüpft, weil dort Ihre Adresse bestätigt ist",
  event_identity_linked_verified_email:
    "{provider} verknüpft, weil Ihre Adresse dort bestätigt ist",
  event_identity_linked_command: "{provider} von den Betreibern dieses Dienstes verknüpft",
  event_identity_removed_user: "Verknüpfung mit {provider} gelöst",
  event_identity_removed_email_proof:
    "Verknüpfung mit {provider} gelöst, weil die Adresse durch ihr Postfach bestätigt wurde",
  event_identity_removed_email_change_undo:
    "Verknüpfung mit {provider} gelöst, weil eine Änderung der Adresse zurückgenommen wurde",
  event_identity_collision:
    "Jemand mit Ihrer Adresse hat sich bei {provider} angemeldet und wurde nicht eingelassen",
  event_unknown: "Etwas, wofür diese Seite keine Worte hat: {event}",

  way_pwd: "Passwort",
  way_mail: "Code per E-Mail",
  way_otp: "Authenticator-App",
  way_recovery: "Wiederherstellungscode",
  way_passkey: "Passkey",
  way_provider: "einem Anbieter",
});
