mail-register-subject = Kode Anda untuk Bina
mail-register-body =
    Kode Anda adalah { $code }. Kode ini berlaku 30 menit.

    Jika Anda tidak memintanya, abaikan pesan ini.
mail-reset-subject = Kata sandi baru untuk Bina
mail-reset-body =
    Alamat ini sudah memiliki akun. Untuk membuat kata sandi baru, gunakan kode { $code }. Kode ini berlaku 72 jam.

    Jika Anda tidak memintanya, abaikan pesan ini.
