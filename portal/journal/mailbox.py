from django.core.mail.backends.locmem import EmailBackend as MailboxBackend  # replaced by the accounts helper
