/* time_text.c - see time_text.h. The date by the civil-from-days algorithm (H. Hinnant), since
 * gmtime() and printf() would be most of the cost of a log line. */
#include "store/export/time_text.h"

#include <string.h>

#include "store/export/digits.h"

enum { SECOND_LEN = 20 };

/* "2026-02-03T10:33:20." */
static void second_to_text(uint64_t seconds, char text[SECOND_LEN])
{
    uint64_t days = seconds / 86400, of_day = seconds % 86400;
    uint64_t shifted = days + 719468; /* days since 0000-03-01 */
    uint64_t era = shifted / 146097, day_of_era = shifted % 146097;
    uint64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    uint64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    uint64_t month_from_march = (5 * day_of_year + 2) / 153;
    uint64_t day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    uint64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    uint64_t year = year_of_era + era * 400 + (month <= 2);
    const uint64_t parts[] = {year % 100, month, day, of_day / 3600, of_day / 60 % 60, of_day % 60};
    char *at = digits_put_two(text, (uint32_t)(year / 100 % 100));
    for (int i = 0; i < 6; i++) {
        at = digits_put_two(at, (uint32_t)parts[i]);
        *at++ = "--T::."[i];
    }
}

/* Of a busy capture thousands are of the same second: the latest is kept. */
void time_to_text(uint64_t time_ns, char text[TIME_TEXT_MAX])
{
    static _Thread_local uint64_t kept = UINT64_MAX;
    static _Thread_local char kept_text[SECOND_LEN];
    uint64_t seconds = time_ns / 1000000000;
    uint32_t fraction = (uint32_t)(time_ns % 1000000000);
    if (seconds != kept) {
        second_to_text(seconds, kept_text);
        kept = seconds;
    }
    memcpy(text, kept_text, SECOND_LEN);
    char *at = digits_put_six(text + SECOND_LEN, fraction / 1000);
    *at++ = (char)('0' + fraction / 100 % 10);
    at = digits_put_two(at, fraction % 100);
    memcpy(at, "Z", 2);
}
