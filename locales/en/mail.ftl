mail-register-subject = Your code for Bina
mail-register-body =
    Your code is { $code }. It holds for 30 minutes.

    If you did not ask for it, you can ignore this message.
mail-reset-subject = A new password for Bina
mail-reset-body =
    This address already has an account. To set a new password, use the code { $code }. It holds for 72 hours.

    If you did not ask for it, you can ignore this message.
