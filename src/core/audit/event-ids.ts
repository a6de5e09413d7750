/**
 * Returns the smallest id that an event of this time or later can have, by the clock of the process that
 * made it. Ids are UUIDv7, and their first 48 bits are milliseconds (RFC 9562, section 5.7).
 */
export function earliestEventId(time: Date): string {
  const hex = Math.max(0, time.getTime()).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}
