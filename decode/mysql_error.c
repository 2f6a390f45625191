/* mysql_error.c - see mysql_error.h. */
#include "decode/mysql_error.h"

struct span {
    uint16_t first, last;
    enum outcome outcome;
};

/* Numbers as in MySQL's "Server Error Message Reference" and MariaDB's list; ascending. */
static const struct span spans[] = {
    {1001, 1004, OUTCOME_SERVER_ERROR}, /* files cannot be made */
    {1011, 1026, OUTCOME_SERVER_ERROR}, /* files cannot be read or written, the disk is full */
    {1030, 1030, OUTCOME_SERVER_ERROR}, /* got an error from the storage engine */
    {1033, 1035, OUTCOME_SERVER_ERROR}, /* a damaged file */
    {1037, 1038, OUTCOME_SERVER_ERROR}, /* out of memory */
    {1040, 1041, OUTCOME_SERVER_ERROR}, /* too many connections, out of resources */
    {1053, 1053, OUTCOME_SERVER_ERROR}, /* shutting down */
    {1077, 1080, OUTCOME_SERVER_ERROR}, /* likewise, forcing threads to close */
    {1085, 1085, OUTCOME_SERVER_ERROR},
    {1105, 1105, OUTCOME_SERVER_ERROR}, /* unknown error */
    {1114, 1114, OUTCOME_SERVER_ERROR}, /* the table is full */
    {1119, 1119, OUTCOME_SERVER_ERROR}, /* out of stack */
    {1127, 1127, OUTCOME_SERVER_ERROR},
    {1135, 1135, OUTCOME_SERVER_ERROR}, /* no new thread */
    {1180, 1183, OUTCOME_SERVER_ERROR}, /* a commit or a rollback that failed */
    {1186, 1189, OUTCOME_SERVER_ERROR}, /* the binary log, the network */
    {1194, 1197, OUTCOME_SERVER_ERROR}, /* a crashed table */
    {1203, 1203, OUTCOME_SERVER_ERROR}, /* too many connections of this user */
    {1205, 1205, OUTCOME_TIMEOUT},      /* waited too long for a lock */
    {1206, 1206, OUTCOME_SERVER_ERROR}, /* too many locks */
    {1218, 1220, OUTCOME_SERVER_ERROR}, /* replication */
    {1257, 1257, OUTCOME_SERVER_ERROR},
    {1290, 1290, OUTCOME_SERVER_ERROR}, /* runs with an option that forbids it: read-only */
    {1296, 1297, OUTCOME_SERVER_ERROR}, /* an error of an engine */
    {1317, 1317, OUTCOME_CANCELLED},    /* killed by another */
    {1374, 1378, OUTCOME_SERVER_ERROR},
    {1467, 1467, OUTCOME_SERVER_ERROR},
    {1594, 1595, OUTCOME_SERVER_ERROR},
    {1637, 1637, OUTCOME_SERVER_ERROR}, /* too many transactions */
    {1836, 1836, OUTCOME_SERVER_ERROR}, /* read-only mode */
    {1877, 1877, OUTCOME_SERVER_ERROR},
    {1927, 1928, OUTCOME_CANCELLED},    /* of MariaDB: the connection, the query was killed */
    {1969, 1969, OUTCOME_TIMEOUT},      /* of MariaDB: max_statement_time exceeded */
    {3024, 3024, OUTCOME_TIMEOUT},      /* max_execution_time exceeded */
    {3032, 3032, OUTCOME_SERVER_ERROR}, /* offline mode */
    {3092, 3101, OUTCOME_SERVER_ERROR}, /* group replication */
    {3168, 3168, OUTCOME_SERVER_ERROR}, /* not available */
    {3169, 3169, OUTCOME_CANCELLED},    /* the session was killed */
};

/* Classes of SQLSTATE: 08 a connection, 53 resources, 57 intervention, 58 the system, XX. */
static bool is_of_server(struct bytes state)
{
    static const char *const classes[] = {"08", "53", "57", "58", "XX"};
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        if (bytes_equal_text(bytes_first(state, 2), classes[i]))
            return true;
    return false;
}

enum outcome mysql_blame(uint16_t number, struct bytes state)
{
    for (size_t i = 0; i < sizeof spans / sizeof *spans; i++)
        if (number >= spans[i].first && number <= spans[i].last)
            return spans[i].outcome;
    return is_of_server(state) ? OUTCOME_SERVER_ERROR : OUTCOME_CLIENT_ERROR;
}
