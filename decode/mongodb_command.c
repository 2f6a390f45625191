/* mongodb_command.c - see mongodb_command.h. */
#include "decode/mongodb_command.h"

#include <ctype.h>

enum { WORD_MAX = 40 };

static const struct {
    const char *name;
    int traits;
} commands[] = {
    {"aggregate", MONGODB_COLLECTION | MONGODB_DATABASE},
    {"collMod", MONGODB_COLLECTION},
    {"collStats", MONGODB_COLLECTION},
    {"compact", MONGODB_COLLECTION},
    {"convertToCapped", MONGODB_COLLECTION},
    {"count", MONGODB_COLLECTION},
    {"create", MONGODB_COLLECTION},
    {"createIndexes", MONGODB_COLLECTION},
    {"dbStats", MONGODB_DATABASE},
    {"delete", MONGODB_COLLECTION | MONGODB_WRITES},
    {"deleteIndexes", MONGODB_COLLECTION},
    {"distinct", MONGODB_COLLECTION},
    {"drop", MONGODB_COLLECTION},
    {"dropDatabase", MONGODB_DATABASE},
    {"dropIndexes", MONGODB_COLLECTION},
    {"find", MONGODB_COLLECTION},
    {"findAndModify", MONGODB_COLLECTION},
    {"findandmodify", MONGODB_COLLECTION},
    {"getMore", MONGODB_GET_MORE},
    {"hello", MONGODB_HELLO},
    {"insert", MONGODB_COLLECTION | MONGODB_WRITES},
    {"isMaster", MONGODB_HELLO},
    {"ismaster", MONGODB_HELLO},
    {"killCursors", MONGODB_COLLECTION},
    {"listCollections", MONGODB_DATABASE},
    {"listIndexes", MONGODB_COLLECTION},
    {"mapReduce", MONGODB_COLLECTION},
    {"mapreduce", MONGODB_COLLECTION},
    {"reIndex", MONGODB_COLLECTION},
    {"update", MONGODB_COLLECTION | MONGODB_WRITES},
    {"validate", MONGODB_COLLECTION},
};

/* Errors that a server, a set of replicas or a network between them is to blame for; and those that
 * may come without their name. */
static const struct {
    int32_t code;
    bool of_server;
    const char *name;
} errors[] = {
    {1, true, "InternalError"},
    {2, false, "BadValue"},
    {6, true, "HostUnreachable"},
    {7, true, "HostNotFound"},
    {8, true, "UnknownError"},
    {9, false, "FailedToParse"},
    {13, false, "Unauthorized"},
    {18, false, "AuthenticationFailed"},
    {24, true, "LockTimeout"},
    {26, false, "NamespaceNotFound"},
    {43, false, "CursorNotFound"},
    {50, true, "MaxTimeMSExpired"},
    {59, false, "CommandNotFound"},
    {61, false, "ShardKeyNotFound"},
    {63, true, "StaleShardVersion"},
    {64, true, "WriteConcernFailed"},
    {66, false, "ImmutableField"},
    {89, true, "NetworkTimeout"},
    {91, true, "ShutdownInProgress"},
    {94, true, "NotYetInitialized"},
    {112, false, "WriteConflict"},
    {121, false, "DocumentValidationFailure"},
    {133, true, "FailedToSatisfyReadPreference"},
    {134, true, "ReadConcernMajorityNotAvailableYet"},
    {146, true, "ExceededMemoryLimit"},
    {189, true, "PrimarySteppedDown"},
    {202, true, "NetworkInterfaceExceededTimeLimit"},
    {262, true, "ExceededTimeLimit"},
    {365, true, "TemporarilyUnavailable"},
    {9001, true, "SocketException"},
    {10107, true, "NotWritablePrimary"},
    {10334, false, "BSONObjectTooLarge"},
    {11000, false, "DuplicateKey"},
    {11600, true, "InterruptedAtShutdown"},
    {11602, true, "InterruptedDueToReplStateChange"},
    {13388, true, "StaleConfig"},
    {13435, true, "NotPrimaryNoSecondaryOk"},
    {13436, true, "NotPrimaryOrSecondary"},
    {14031, true, "OutOfDiskSpace"},
};

int mongodb_traits(struct bytes name)
{
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (bytes_equal_text(name, commands[i].name))
            return commands[i].traits;
    return 0;
}

bool mongodb_is_word(struct bytes name)
{
    for (size_t i = 0; i < name.len; i++)
        if (!isalpha(name.at[i]) && name.at[i] != '_' && !(i && isdigit(name.at[i])))
            return false;
    return name.len && name.len < WORD_MAX;
}

const char *mongodb_error_name(int64_t code)
{
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
        if (errors[i].code == code)
            return errors[i].name;
    return NULL;
}

enum outcome mongodb_error_outcome(int64_t code)
{
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
        if (errors[i].code == code && errors[i].of_server)
            return OUTCOME_SERVER_ERROR;
    return OUTCOME_CLIENT_ERROR;
}
