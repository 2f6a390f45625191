/* kafka_api.c - see kafka_api.h. */
#include "decode/kafka_api.h"

#include <stddef.h>

enum {
    NEWER_KEYS = 20,    /* past the keys that are known: how many there may be by now */
    NEWER_VERSIONS = 5, /* likewise of versions */
};

static const struct kafka_api apis[] = {
    [0] = {"Produce", 13, 9},
    [1] = {"Fetch", 18, 12},
    [2] = {"ListOffsets", 11, 6},
    [3] = {"Metadata", 13, 9},
    [4] = {"LeaderAndIsr", 7, 4},
    [5] = {"StopReplica", 4, 2},
    [6] = {"UpdateMetadata", 8, 6},
    [7] = {"ControlledShutdown", 3, 3},
    [8] = {"OffsetCommit", 10, 8},
    [9] = {"OffsetFetch", 10, 6},
    [10] = {"FindCoordinator", 6, 3},
    [11] = {"JoinGroup", 9, 6},
    [12] = {"Heartbeat", 4, 4},
    [13] = {"LeaveGroup", 5, 4},
    [14] = {"SyncGroup", 5, 4},
    [15] = {"DescribeGroups", 6, 5},
    [16] = {"ListGroups", 5, 3},
    [17] = {"SaslHandshake", 1, -1},
    [18] = {"ApiVersions", 4, 3},
    [19] = {"CreateTopics", 7, 5},
    [20] = {"DeleteTopics", 6, 4},
    [21] = {"DeleteRecords", 2, 2},
    [22] = {"InitProducerId", 6, 2},
    [23] = {"OffsetForLeaderEpoch", 4, 4},
    [24] = {"AddPartitionsToTxn", 5, 3},
    [25] = {"AddOffsetsToTxn", 4, 3},
    [26] = {"EndTxn", 5, 3},
    [27] = {"WriteTxnMarkers", 2, 1},
    [28] = {"TxnOffsetCommit", 5, 3},
    [29] = {"DescribeAcls", 3, 2},
    [30] = {"CreateAcls", 3, 2},
    [31] = {"DeleteAcls", 3, 2},
    [32] = {"DescribeConfigs", 4, 4},
    [33] = {"AlterConfigs", 2, 2},
    [34] = {"AlterReplicaLogDirs", 2, 2},
    [35] = {"DescribeLogDirs", 5, 2},
    [36] = {"SaslAuthenticate", 2, 2},
    [37] = {"CreatePartitions", 3, 2},
    [38] = {"CreateDelegationToken", 3, 2},
    [39] = {"RenewDelegationToken", 2, 2},
    [40] = {"ExpireDelegationToken", 2, 2},
    [41] = {"DescribeDelegationToken", 3, 2},
    [42] = {"DeleteGroups", 2, 2},
    [43] = {"ElectLeaders", 2, 2},
    [44] = {"IncrementalAlterConfigs", 1, 1},
    [45] = {"AlterPartitionReassignments", 1, 0},
    [46] = {"ListPartitionReassignments", 0, 0},
    [47] = {"OffsetDelete", 0, -1},
    [48] = {"DescribeClientQuotas", 1, 1},
    [49] = {"AlterClientQuotas", 1, 1},
    [50] = {"DescribeUserScramCredentials", 0, 0},
    [51] = {"AlterUserScramCredentials", 0, 0},
    [52] = {"Vote", 2, 0},
    [53] = {"BeginQuorumEpoch", 1, 1},
    [54] = {"EndQuorumEpoch", 1, 1},
    [55] = {"DescribeQuorum", 2, 0},
    [56] = {"AlterPartition", 3, 0},
    [57] = {"UpdateFeatures", 2, 0},
    [58] = {"Envelope", 0, 0},
    [59] = {"FetchSnapshot", 1, 0},
    [60] = {"DescribeCluster", 2, 0},
    [61] = {"DescribeProducers", 0, 0},
    [62] = {"BrokerRegistration", 4, 0},
    [63] = {"BrokerHeartbeat", 1, 0},
    [64] = {"UnregisterBroker", 0, 0},
    [65] = {"DescribeTransactions", 0, 0},
    [66] = {"ListTransactions", 2, 0},
    [67] = {"AllocateProducerIds", 0, 0},
    [68] = {"ConsumerGroupHeartbeat", 1, 0},
    [69] = {"ConsumerGroupDescribe", 1, 0},
    [70] = {"ControllerRegistration", 0, 0},
    [71] = {"GetTelemetrySubscriptions", 0, 0},
    [72] = {"PushTelemetry", 0, 0},
    [73] = {"AssignReplicasToDirs", 0, 0},
    [74] = {"ListConfigResources", 1, 0},
    [75] = {"DescribeTopicPartitions", 0, 0},
    [76] = {"ShareGroupHeartbeat", 1, 0},
    [77] = {"ShareGroupDescribe", 1, 0},
    [78] = {"ShareFetch", 1, 0},
    [79] = {"ShareAcknowledge", 1, 0},
    [80] = {"AddRaftVoter", 1, 0},
    [81] = {"RemoveRaftVoter", 0, 0},
    [82] = {"UpdateRaftVoter", 0, 0},
    [83] = {"InitializeShareGroupState", 0, 0},
    [84] = {"ReadShareGroupState", 0, 0},
    [85] = {"WriteShareGroupState", 0, 0},
    [86] = {"DeleteShareGroupState", 0, 0},
    [87] = {"ReadShareGroupStateSummary", 0, 0},
    [88] = {"StreamsGroupHeartbeat", 0, 0},
    [89] = {"StreamsGroupDescribe", 0, 0},
    [90] = {"DescribeShareGroupOffsets", 0, 0},
    [91] = {"AlterShareGroupOffsets", 0, 0},
    [92] = {"DeleteShareGroupOffsets", 0, 0},
};

/* How what is read of an answer is laid out from a version on, until the next row of the key. */
static const struct layout {
    uint8_t key, version;
    const char *fields;
} answers[] = {
    {0, 0, "[T[iel]]"},
    {0, 2, "[T[iell]]"},
    {0, 5, "[T[ielll]]"},
    {0, 8, "[T[ielll[is]s]]"},
    {0, 13, "[U[ielll[is]s]]"},
    {1, 0, "[T[ielR]]"},
    {1, 1, "i[T[ielR]]"},
    {1, 4, "i[T[iell[ll]R]]"},
    {1, 5, "i[T[ielll[ll]R]]"},
    {1, 7, "iei[T[ielll[ll]R]]"},
    {1, 11, "iei[T[ielll[ll]iR]]"},
    {1, 13, "iei[U[ielll[ll]iR]]"},
    {2, 0, "[s[ie[l]]]"},
    {2, 1, "[s[iell]]"},
    {2, 2, "i[s[iell]]"},
    {2, 4, "i[s[ielli]]"},
    {3, 0, "[isi][es[eiiII]]"},
    {3, 1, "[isis]i[esb[eiiII]]"},
    {3, 2, "[isis]si[esb[eiiII]]"},
    {3, 3, "i[isis]si[esb[eiiII]]"},
    {3, 5, "i[isis]si[esb[eiiIII]]"},
    {3, 7, "i[isis]si[esb[eiiiIII]]"},
    {3, 8, "i[isis]si[esb[eiiiIII]i]"},
    {3, 10, "i[isis]si[eMb[eiiiIII]i]"},
    {4, 0, "e"},
    {5, 0, "e"},
    {6, 0, "e"},
    {7, 0, "e"},
    {8, 0, "[s[ie]]"},
    {8, 3, "i[s[ie]]"},
    {8, 10, "i[u[ie]]"},
    {9, 0, "[s[ilse]]"},
    {9, 2, "[s[ilse]]e"},
    {9, 3, "i[s[ilse]]e"},
    {9, 5, "i[s[ilise]]e"},
    {9, 8, "i[s[s[ilise]]e]"},
    {9, 10, "i[s[u[ilise]]e]"},
    {10, 0, "e"},
    {10, 1, "ie"},
    {10, 4, "i[sisies]"},
    {11, 0, "e"},
    {11, 2, "ie"},
    {12, 0, "e"},
    {12, 1, "ie"},
    {13, 0, "e"},
    {13, 1, "ie"},
    {14, 0, "e"},
    {14, 1, "ie"},
    {15, 0, "[e"},
    {15, 1, "i[e"},
    {16, 0, "e"},
    {16, 1, "ie"},
    {17, 0, "e"},
    {18, 0, "e"},
    {19, 0, "[se]"},
    {19, 1, "[ses]"},
    {19, 2, "i[ses]"},
    {19, 5, "i[se"},
    {19, 7, "i[sue"},
    {20, 0, "[se]"},
    {20, 1, "i[se]"},
    {20, 5, "i[ses]"},
    {20, 6, "i[sues]"},
    {21, 0, "i[s[ile]]"},
    {22, 0, "ie"},
    {23, 0, "[s[eil]]"},
    {23, 1, "[s[eiil]]"},
    {23, 2, "i[s[eiil]]"},
    {24, 0, "i[s[ie]]"},
    {24, 4, "ie"},
    {25, 0, "ie"},
    {26, 0, "ie"},
    {27, 0, "[l[s[ie]]]"},
    {28, 0, "i[s[ie]]"},
    {29, 0, "ie"},
    {30, 0, "i[es]"},
    {31, 0, "i[e"},
    {32, 0, "i[e"},
    {33, 0, "i[esbs]"},
    {34, 0, "i[s[ie]]"},
    {35, 0, "i[e"},
    {35, 3, "ie"},
    {36, 0, "e"},
    {37, 0, "i[ses]"},
    {38, 0, "e"},
    {39, 0, "e"},
    {40, 0, "e"},
    {41, 0, "e"},
    {42, 0, "i[se]"},
    {43, 0, "i[s[ies]]"},
    {43, 1, "ie[s[ies]]"},
    {44, 0, "i[esbs]"},
    {45, 0, "ies[s[ies]]"},
    {45, 1, "ibes[s[ies]]"},
    {46, 0, "ie"},
    {47, 0, "ei[s[ie]]"},
    {48, 0, "ie"},
    {49, 0, "i[e"},
    {50, 0, "ies[se"},
    {51, 0, "i[ses]"},
    {52, 0, "e"},
    {53, 0, "e"},
    {54, 0, "e"},
    {55, 0, "e"},
    {56, 0, "ie"},
    {57, 0, "ie"},
    {58, 0, "ye"},
    {59, 0, "ie"},
    {60, 0, "ie"},
    {61, 0, "i[s[ie"},
    {62, 0, "ie"},
    {63, 0, "ie"},
    {64, 0, "ie"},
    {65, 0, "i[e"},
    {66, 0, "ie"},
    {67, 0, "ie"},
    {68, 0, "ie"},
    {69, 0, "i[e"},
    {70, 0, "ie"},
    {71, 0, "ie"},
    {72, 0, "ie"},
    {73, 0, "ie"},
    {74, 0, "ie"},
    {75, 0, "i[e"},
    {76, 0, "ie"},
    {77, 0, "i[e"},
    {78, 0, "ie"},
    {79, 0, "ie"},
    {80, 0, "ie"},
    {81, 0, "ie"},
    {82, 0, "ie"},
    {83, 0, "[u[ies]]"},
    {84, 0, "[u[ie"},
    {85, 0, "[u[ies]]"},
    {86, 0, "[u[ies]]"},
    {87, 0, "[u[ie"},
    {88, 0, "ie"},
    {89, 0, "i[e"},
};

static const struct layout requests[] = {
    {0, 0, "cai[T[iR]]"},
    {0, 3, "csai[T[iR]]"},
    {0, 9, "csai[T[iR]]G"},
    {0, 13, "csai[U[iR]]G"},
    {1, 0, "crii[T[Pli]]"},
    {1, 3, "criii[T[Pli]]"},
    {1, 4, "criiib[T[Pli]]"},
    {1, 5, "criiib[T[Plli]]"},
    {1, 7, "criiibiE[T[Plli]]F[T(P)]"},
    {1, 9, "criiibiE[T[Pilli]]F[T(P)]"},
    {1, 11, "criiibiE[T[Pilli]]F[T(P)]s"},
    {1, 12, "criiibiE[T[Pilili]]F[T(P)]sG"},
    {1, 13, "criiibiE[U[Pilili]]F[U(P)]sG"},
    {1, 15, "ciiibiE[U[Pilili]]F[U(P)]sG"},
    {3, 0, "c[s]"},
    {3, 4, "c[s]b"},
    {3, 8, "c[s]bbb"},
    {3, 9, "c[s]bbbG"},
    {3, 10, "c[us]bbbG"},
    {3, 11, "c[us]bbG"},
    {17, 0, "cK"},
    {18, 3, "cssG"},
};

const struct kafka_api *kafka_api(uint16_t key)
{
    return key < sizeof apis / sizeof apis[0] ? &apis[key] : NULL;
}

bool kafka_is_flexible(uint16_t key, uint16_t version)
{
    const struct kafka_api *api = kafka_api(key);
    return !api || (api->flexible >= 0 && version >= api->flexible);
}

bool kafka_is_request(uint16_t key, uint16_t version)
{
    const struct kafka_api *api = kafka_api(key);
    if (!api)
        return key < sizeof apis / sizeof apis[0] + NEWER_KEYS && version < NEWER_VERSIONS;
    return version <= api->version_max + NEWER_VERSIONS;
}

bool kafka_waits(uint16_t key)
{
    return key == KAFKA_FETCH || key == KAFKA_SHARE_FETCH || key == KAFKA_JOIN_GROUP ||
           key == KAFKA_SYNC_GROUP;
}

static const char *find(const struct layout *rows, size_t len, uint16_t key, uint16_t version)
{
    const struct kafka_api *api = kafka_api(key);
    const char *fields = NULL;
    if (!api || version > api->version_max)
        return NULL;
    for (size_t i = 0; i < len && rows[i].key <= key; i++)
        if (rows[i].key == key && rows[i].version <= version)
            fields = rows[i].fields;
    return fields;
}

const char *kafka_request_layout(uint16_t key, uint16_t version)
{
    const char *fields = find(requests, sizeof requests / sizeof requests[0], key, version);
    return fields ? fields : KAFKA_ONLY_CLIENT;
}

const char *kafka_answer_layout(uint16_t key, uint16_t version)
{
    return find(answers, sizeof answers / sizeof answers[0], key, version);
}
