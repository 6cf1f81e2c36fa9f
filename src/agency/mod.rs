//! Agencies with their units, employees, venues and working hours, and the national lists they refer to.
