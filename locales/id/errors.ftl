error-unauthenticated = Silakan masuk terlebih dahulu.
error-unavailable = Layanan sedang sibuk. Silakan coba lagi sebentar lagi.
error-internal = Terjadi kesalahan di pihak kami. Silakan laporkan id permintaan.
error-malformed = { $field }: nilai ini bukan { $type }.
error-malformed-value = { $field }: bentuk nilai ini tidak sesuai.
