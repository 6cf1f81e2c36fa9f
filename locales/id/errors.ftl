error-unauthenticated = Silakan masuk terlebih dahulu.
error-unavailable = Layanan sedang sibuk. Silakan coba lagi sebentar lagi.
error-internal = Terjadi kesalahan di pihak kami. Silakan laporkan id permintaan.
error-malformed = { $field }: nilai ini bukan { $type }.
error-missing = { $field }: wajib diisi.
error-not-one = { $field }: isi tepat satu dari { $choices }.
error-unknown = { $field }: isian ini tidak dikenal.
