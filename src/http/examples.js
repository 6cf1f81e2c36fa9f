// The operations that both pages offer: the plain one, and GraphiQL in `explorer/`.

// A UUID of version 4; crypto.randomUUID is missing where the page comes without TLS.
function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

// The same for every login from this browser, so that it stays one device.
function installationId() {
  try {
    const kept = localStorage.getItem("bina.installationId") ?? uuid();
    localStorage.setItem("bina.installationId", kept);
    return kept;
  } catch {
    return uuid();
  }
}

const checkIn = `mutation CheckIn($input: CheckInInput!) {
  checkIn(input: $input) {
    isReplay
    checkIn {
      id
      verdict
      reasons
      message
      punctuality {
        isLate
        minutesLate
      }
    }
    errors {
      code
      field
      message
    }
  }
}`;

function checkInInput(occasion, more) {
  const now = new Date().toISOString();
  return { input: { idempotencyKey: uuid(), occasion, capturedAt: now, sentAt: now, ...more } };
}

function position(place) {
  const { latitude, longitude } = place ?? { latitude: 5.89418, longitude: 95.32046 };
  return { latitude, longitude, accuracyMeters: 12, isMocked: false };
}

// The next class that an answer told of, for the example that checks in to it.
let nextClass;

export const examples = [
  {
    title: { id: "Masuk", en: "Log in" },
    about: {
      id: "Akun contoh Sabang dari bina demo; isilah dengan akun Anda di server lain.",
      en: "A sample account in Sabang of bina demo; on another server fill in your own.",
    },
    query: `mutation Login($input: LoginInput!) {
  login(input: $input) {
    accessToken
    accessTokenExpiresAt
    refreshToken
    viewer {
      name
      roles {
        role
      }
    }
    errors {
      code
      field
      message
    }
  }
}`,
    variables: () => ({
      input: {
        identifier: "199407012020121008",
        password: "mercusuar-willem-toren-empat-puluh",
        deviceName: "Explorer",
        installationId: installationId(),
      },
    }),
  },
  {
    title: { id: "Hari ini", en: "Today" },
    about: {
      id: "Siapa saya, jam kerja, kelas berikutnya, presensi terakhir.",
      en: "Who I am, working hours, the next classes, the latest check-ins.",
    },
    query: `query Viewer {
  viewer {
    name
    employee {
      unit {
        name
      }
      agency {
        name
      }
    }
    workday {
      on
      startsAt
      endsAt
      timeZone
    }
    courseSessions(first: 3) {
      nodes {
        id
        title
        startsAt
        endsAt
        requiresCode
        venue {
          name
          latitude
          longitude
        }
      }
    }
    checkIns(first: 3) {
      nodes {
        id
        capturedAt
        verdict
        message
      }
    }
  }
}`,
    variables: () => ({}),
  },
  {
    title: { id: "Presensi masuk kerja", en: "Check in to duty" },
    about: {
      id: "Kunci baru dan waktu sekarang. Jalankan dua kali: presensi yang sama, isReplay: true.",
      en: "A new key and the present time. Run it twice: the same check-in, isReplay: true.",
    },
    query: checkIn,
    variables: () => checkInInput({ workday: { direction: "IN" } }, { location: position() }),
  },
  {
    title: { id: "Presensi kelas", en: "Check in to a class" },
    about: {
      id: "Kelas berikutnya menurut contoh Hari ini, dengan enam angka di layar pengajar.",
      en: "The next class as the example Today told it, with the six digits on the trainer's screen.",
    },
    query: checkIn,
    variables: () =>
      checkInInput(
        { courseSessionId: nextClass?.id ?? "ses_" },
        { location: position(nextClass?.venue), venueCode: "000000" },
      ),
  },
  {
    title: { id: "Cari instansi", en: "Search agencies" },
    about: { id: "Menurut nama, per halaman.", en: "By name, page by page." },
    query: `query Agencies($search: String, $after: String) {
  agencies(search: $search, first: 5, after: $after) {
    nodes {
      id
      name
      jurisdiction {
        name
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}`,
    variables: () => ({ search: "Kota", after: null }),
  },
];

// What the further examples build on: remembers the next class that an answer tells of, answers the access token that a
// login issued.
export function learn(answer) {
  nextClass = answer.data?.viewer?.courseSessions?.nodes?.[0] ?? nextClass;
  return Object.values(answer.data ?? {}).find((value) => value?.accessToken)?.accessToken;
}
