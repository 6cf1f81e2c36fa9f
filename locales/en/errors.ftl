error-unauthenticated = Please log in.
error-unavailable = The service is busy at the moment. Please try again shortly.
error-internal = Something went wrong on our side. Please report the request id.
error-malformed = { $field }: this is no { $type }.
error-missing = { $field }: this must be given.
error-not-one = { $field }: give exactly one of { $choices }.
error-unknown = { $field }: there is no such field.
