PRAGMA auto_vacuum = INCREMENTAL;
BEGIN TRANSACTION;
CREATE TABLE service (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;
INSERT INTO service VALUES(1,'external');
INSERT INTO service VALUES(3,'10.0.0.1');
INSERT INTO service VALUES(4,'shop.test');
INSERT INTO service VALUES(5,'10.0.0.3');
INSERT INTO service VALUES(6,'other.test');
INSERT INTO service VALUES(7,'10.77.0.2');
INSERT INTO service VALUES(8,'10.77.0.4');
INSERT INTO service VALUES(9,'10.77.0.3');
CREATE TABLE endpoint (
    id          INTEGER PRIMARY KEY,
    address     TEXT NOT NULL,
    port        INTEGER NOT NULL,
    tenant      INTEGER NOT NULL,
    service_id  INTEGER NOT NULL REFERENCES service (id),
    name_source TEXT NOT NULL, -- user, kubernetes, dns, host, hosts-file, address
    first_ns    INTEGER NOT NULL,
    last_ns     INTEGER NOT NULL,
    UNIQUE (address, port, tenant, service_id) -- its front finds what an address is called now
) STRICT;
INSERT INTO endpoint VALUES(1,'10.0.0.2',80,0,4,'host',1700000000002000000,1700000080016000000);
INSERT INTO endpoint VALUES(2,'10.0.0.1',0,0,3,'address',1700000000002000000,1700000080016000000);
INSERT INTO endpoint VALUES(3,'2001:db8::2',80,0,4,'host',1700000000004000000,1700000000016000000);
INSERT INTO endpoint VALUES(4,'',0,0,1,'address',1700000000004000000,1700000000016000000);
INSERT INTO endpoint VALUES(5,'10.0.0.3',80,0,5,'address',1700000001003000000,1700000001003000000);
INSERT INTO endpoint VALUES(6,'10.77.0.1',80,0,6,'host',1795535178458595000,1795535179147387000);
INSERT INTO endpoint VALUES(7,'10.77.0.2',0,0,7,'address',1795535179147283000,1795535182216873000);
INSERT INTO endpoint VALUES(8,'10.77.0.4',0,0,8,'address',1795535178458595000,1795535182403305000);
INSERT INTO endpoint VALUES(9,'10.77.0.2',8080,0,7,'address',1795535179146655000,1795535182220408000);
INSERT INTO endpoint VALUES(10,'10.77.0.1',81,0,6,'host',1795535179211870000,1795535182216873000);
INSERT INTO endpoint VALUES(11,'10.77.0.3',8000,0,9,'address',1795535182295530000,1795535182403305000);
CREATE TABLE edge (
    id        INTEGER PRIMARY KEY,
    client_id INTEGER NOT NULL REFERENCES service (id),
    server_id INTEGER NOT NULL REFERENCES service (id),
    port      INTEGER NOT NULL,
    protocol  TEXT NOT NULL,
    UNIQUE (client_id, server_id, port, protocol)
) STRICT;
INSERT INTO edge VALUES(2,3,4,80,'http');
INSERT INTO edge VALUES(3,1,4,80,'http');
INSERT INTO edge VALUES(4,3,5,80,'tcp');
INSERT INTO edge VALUES(5,7,6,80,'http');
INSERT INTO edge VALUES(6,8,6,80,'http');
INSERT INTO edge VALUES(7,8,7,8080,'http');
INSERT INTO edge VALUES(8,7,6,81,'tcp');
INSERT INTO edge VALUES(9,8,9,8000,'http');
CREATE TABLE pair (
    id         INTEGER PRIMARY KEY,
    client_id  INTEGER NOT NULL REFERENCES endpoint (id),
    server_id  INTEGER NOT NULL REFERENCES endpoint (id),
    protocol   TEXT NOT NULL,
    edge_id    INTEGER NOT NULL REFERENCES edge (id),
    first_ns   INTEGER NOT NULL,
    last_ns    INTEGER NOT NULL,
    active     INTEGER NOT NULL DEFAULT 0, -- connections open now, as far as was seen
    operations INTEGER NOT NULL DEFAULT 0, -- rows in operation; capped
    UNIQUE (client_id, server_id, protocol)
) STRICT;
INSERT INTO pair VALUES(1,2,1,'http',2,1700000000002000000,1700000080016000000,0,13);
INSERT INTO pair VALUES(2,4,3,'http',3,1700000000004000000,1700000000016000000,0,1);
INSERT INTO pair VALUES(3,2,5,'tcp',4,1700000001003000000,1700000001003000000,0,0);
INSERT INTO pair VALUES(4,7,6,'http',5,1795535179147283000,1795535179147387000,0,1);
INSERT INTO pair VALUES(5,8,6,'http',6,1795535178458595000,1795535179084522000,0,8);
INSERT INTO pair VALUES(6,8,9,'http',7,1795535179146655000,1795535182220408000,0,2);
INSERT INTO pair VALUES(7,7,10,'tcp',8,1795535179211870000,1795535182216873000,0,0);
INSERT INTO pair VALUES(8,8,11,'http',9,1795535182295530000,1795535182403305000,0,2);
CREATE TABLE operation (
    id      INTEGER PRIMARY KEY,
    pair_id INTEGER NOT NULL REFERENCES pair (id),
    name    TEXT NOT NULL,
    UNIQUE (pair_id, name)
) STRICT;
INSERT INTO operation VALUES(1,1,'GET /tick0');
INSERT INTO operation VALUES(2,1,'GET /tick1');
INSERT INTO operation VALUES(3,1,'GET /tick2');
INSERT INTO operation VALUES(4,1,'GET /tick3');
INSERT INTO operation VALUES(5,1,'GET /tick4');
INSERT INTO operation VALUES(6,1,'GET /slow');
INSERT INTO operation VALUES(7,1,'GET /tick5');
INSERT INTO operation VALUES(8,1,'GET /tick6');
INSERT INTO operation VALUES(9,1,'GET /tick7');
INSERT INTO operation VALUES(10,2,'GET /small');
INSERT INTO operation VALUES(11,1,'GET /fine');
INSERT INTO operation VALUES(12,1,'GET /one');
INSERT INTO operation VALUES(13,1,'GET /three');
INSERT INTO operation VALUES(14,1,'GET /two');
INSERT INTO operation VALUES(15,4,'GET /behind');
INSERT INTO operation VALUES(16,5,'GET /broken');
INSERT INTO operation VALUES(17,5,'GET /files/page.html');
INSERT INTO operation VALUES(18,5,'GET /hello');
INSERT INTO operation VALUES(19,5,'GET /missing');
INSERT INTO operation VALUES(20,5,'GET /moved');
INSERT INTO operation VALUES(21,5,'HEAD /files/page.html');
INSERT INTO operation VALUES(22,5,'POST /upload');
INSERT INTO operation VALUES(23,5,'PUT /upload');
INSERT INTO operation VALUES(24,6,'GET /behind');
INSERT INTO operation VALUES(25,6,'GET /down');
INSERT INTO operation VALUES(26,8,'GET /page.html');
INSERT INTO operation VALUES(27,8,'POST /page.html');
CREATE TABLE capture_window (
    id                INTEGER PRIMARY KEY,
    level             INTEGER NOT NULL,
    start_ns          INTEGER NOT NULL,
    end_ns            INTEGER NOT NULL,
    frames            INTEGER NOT NULL,
    bytes             INTEGER NOT NULL,
    packets           INTEGER NOT NULL,
    not_ip            INTEGER NOT NULL,
    other_ip          INTEGER NOT NULL,
    fragments         INTEGER NOT NULL,
    headers_cut       INTEGER NOT NULL,
    malformed         INTEGER NOT NULL,
    truncated         INTEGER NOT NULL,
    kernel_drops      INTEGER NOT NULL,
    interface_drops   INTEGER NOT NULL,
    flows             INTEGER NOT NULL, -- in the flow table at the window's end
    flows_opened      INTEGER NOT NULL,
    flows_evicted     INTEGER NOT NULL,
    segments_held     INTEGER NOT NULL,
    segments_dropped  INTEGER NOT NULL,
    retransmits       INTEGER NOT NULL,
    gaps              INTEGER NOT NULL,
    gap_bytes         INTEGER NOT NULL,
    lost              INTEGER NOT NULL,
    given_up          INTEGER NOT NULL,
    stray_answers     INTEGER NOT NULL,
    exchanges_evicted INTEGER NOT NULL,
    exchanges         INTEGER NOT NULL,
    edges_dropped     INTEGER NOT NULL,
    names_dropped     INTEGER NOT NULL,
    UNIQUE (level, start_ns) -- which windows begin in a range?
) STRICT;
INSERT INTO capture_window VALUES(1,0,1700000000000000000,1700000005000000000,39,3008,39,0,0,0,0,0,0,0,0,0,7,0,0,0,0,0,0,0,0,0,0,5,0,0);
INSERT INTO capture_window VALUES(2,0,1700000010000000000,1700000015000000000,7,543,7,0,0,0,0,0,0,0,0,1,1,0,0,0,0,0,0,0,0,0,0,2,0,0);
INSERT INTO capture_window VALUES(3,0,1700000020000000000,1700000025000000000,2,191,2,0,0,0,0,0,0,0,0,2,0,0,0,0,0,0,0,0,0,0,0,1,0,0);
INSERT INTO capture_window VALUES(4,0,1700000030000000000,1700000035000000000,2,191,2,0,0,0,0,0,0,0,0,2,0,0,0,0,0,0,0,0,0,0,0,1,0,0);
INSERT INTO capture_window VALUES(5,0,1700000040000000000,1700000045000000000,2,191,2,0,0,0,0,0,0,0,0,2,0,0,0,0,0,0,0,0,0,0,0,1,0,0);
INSERT INTO capture_window VALUES(6,0,1700000050000000000,1700000055000000000,2,191,2,0,0,0,0,0,0,0,0,2,0,0,0,0,0,0,0,0,0,0,0,1,0,0);
INSERT INTO capture_window VALUES(7,0,1700000060000000000,1700000065000000000,2,191,2,0,0,0,0,0,0,0,0,2,0,0,0,0,0,0,0,0,0,0,0,2,0,0);
INSERT INTO capture_window VALUES(8,0,1700000070000000000,1700000075000000000,2,191,2,0,0,0,0,0,0,0,0,2,0,0,0,0,0,0,0,0,0,0,0,1,0,0);
INSERT INTO capture_window VALUES(9,0,1700000080000000000,1700000085000000000,2,191,2,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,0,0);
INSERT INTO capture_window VALUES(10,0,1700000015000000000,1700000020000000000,3,162,3,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0);
INSERT INTO capture_window VALUES(11,0,1795535175000000000,1795535180000000000,144,21977,144,0,0,0,0,0,0,0,0,6,15,0,0,0,0,0,0,0,0,0,0,15,0,0);
INSERT INTO capture_window VALUES(12,0,1795535180000000000,1795535185000000000,35,6040,35,0,0,0,0,0,0,0,0,0,5,0,0,0,0,0,0,0,0,0,0,3,0,0);
CREATE TABLE edge_window (
    window_id               INTEGER NOT NULL REFERENCES capture_window (id) ON DELETE CASCADE,
    pair_id                 INTEGER NOT NULL,
    unknown                 INTEGER NOT NULL,
    ok                      INTEGER NOT NULL,
    client_error            INTEGER NOT NULL,
    server_error            INTEGER NOT NULL,
    timeout                 INTEGER NOT NULL,
    reset                   INTEGER NOT NULL,
    cancelled               INTEGER NOT NULL,
    unanswered              INTEGER NOT NULL,
    request_bytes           INTEGER NOT NULL,
    response_bytes          INTEGER NOT NULL,
    duration                BLOB,
    ttfb                    BLOB,
    opened                  INTEGER NOT NULL,
    failed                  INTEGER NOT NULL,
    closed                  INTEGER NOT NULL,
    reset_by_client         INTEGER NOT NULL,
    reset_by_server         INTEGER NOT NULL,
    packets_to_server       INTEGER NOT NULL,
    packets_to_client       INTEGER NOT NULL,
    bytes_to_server         INTEGER NOT NULL,
    bytes_to_client         INTEGER NOT NULL,
    missing_to_server       INTEGER NOT NULL,
    missing_to_client       INTEGER NOT NULL,
    retransmits_to_server   INTEGER NOT NULL,
    retransmits_to_client   INTEGER NOT NULL,
    zero_windows_to_server  INTEGER NOT NULL,
    zero_windows_to_client  INTEGER NOT NULL,
    rtt_server_sum_ns       INTEGER NOT NULL, -- over handshakes
    rtt_client_sum_ns       INTEGER NOT NULL,
    handshakes              INTEGER NOT NULL,
    notes                   INTEGER NOT NULL, -- bits, seen on any exchange or connection
    active                  INTEGER NOT NULL, -- connections open at the window's end
    p50_ms                  REAL,
    p95_ms                  REAL,
    p99_ms                  REAL,
    max_ms                  REAL,
    requests INTEGER GENERATED ALWAYS AS
        (unknown + ok + client_error + server_error + timeout + reset + cancelled + unanswered),
    errors   INTEGER GENERATED ALWAYS AS (client_error + server_error + timeout + reset),
    PRIMARY KEY (window_id, pair_id)
) STRICT, WITHOUT ROWID;
INSERT INTO edge_window VALUES(1,1,0,2,1,0,0,0,0,0,116,133,X'0380a2951180b6dc0580b6dc0501b30303',X'03c094de0fc0b19f05c0b19f0501af0303',2,1,1,0,0,10,8,695,565,0,0,0,0,0,0,2000000,2000000,2,32,0,12.0,12.0,12.0,12.0);
INSERT INTO edge_window VALUES(1,2,0,2,0,0,0,0,0,0,80,86,X'0280897ac0843dc0843d01c10202',X'0280897ac0843dc0843d01c10202',2,0,2,0,0,10,6,900,578,0,0,0,0,0,0,2000000,2000000,2,0,0,1.0,1.0,1.0,1.0);
INSERT INTO edge_window VALUES(2,1,0,2,0,0,0,0,0,0,79,86,X'0280897ac0843dc0843d01c10202',X'0280897ac0843dc0843d01c10202',2,0,0,0,0,6,4,403,302,0,0,0,0,0,0,2000000,2000000,2,0,1,1.0,1.0,1.0,1.0);
INSERT INTO edge_window VALUES(2,3,0,0,0,0,0,0,0,0,0,0,NULL,NULL,0,1,0,0,0,2,0,108,0,0,0,0,0,0,0,0,0,0,0,0,NULL,NULL,NULL,NULL);
INSERT INTO edge_window VALUES(3,1,0,1,0,0,0,0,0,0,40,43,X'01c0843dc0843dc0843d01c10201',X'01c0843dc0843dc0843d01c10201',0,0,0,0,0,1,1,94,97,0,0,0,0,0,0,0,0,0,0,2,1.0,1.0,1.0,1.0);
INSERT INTO edge_window VALUES(4,1,0,1,0,0,0,0,0,0,40,43,X'01c0843dc0843dc0843d01c10201',X'01c0843dc0843dc0843d01c10201',0,0,0,0,0,1,1,94,97,0,0,0,0,0,0,0,0,0,0,2,1.0,1.0,1.0,1.0);
INSERT INTO edge_window VALUES(5,1,0,1,0,0,0,0,0,0,40,43,X'01c0843dc0843dc0843d01c10201',X'01c0843dc0843dc0843d01c10201',0,0,0,0,0,1,1,94,97,0,0,0,0,0,0,0,0,0,0,2,1.0,1.0,1.0,1.0);
INSERT INTO edge_window VALUES(6,1,0,1,0,0,0,0,0,0,40,43,X'01c0843dc0843dc0843d01c10201',X'01c0843dc0843dc0843d01c10201',0,0,0,0,0,1,1,94,97,0,0,0,0,0,0,0,0,0,0,2,1.0,1.0,1.0,1.0);
INSERT INTO edge_window VALUES(7,1,0,1,0,0,1,0,0,0,79,43,X'01c0843dc0843dc0843d01c10201',X'01c0843dc0843dc0843d01c10201',0,0,0,0,0,1,1,94,97,0,0,0,0,0,0,0,0,0,0,2,1.0,1.0,1.0,1.0);
INSERT INTO edge_window VALUES(8,1,0,1,0,0,0,0,0,0,40,43,X'01c0843dc0843dc0843d01c10201',X'01c0843dc0843dc0843d01c10201',0,0,0,0,0,1,1,94,97,0,0,0,0,0,0,0,0,0,0,2,1.0,1.0,1.0,1.0);
INSERT INTO edge_window VALUES(9,1,0,1,0,0,0,0,0,0,40,43,X'01c0843dc0843dc0843d01c10201',X'01c0843dc0843dc0843d01c10201',0,0,2,0,0,1,1,94,97,0,0,0,0,0,0,0,0,0,0,0,1.0,1.0,1.0,1.0);
INSERT INTO edge_window VALUES(10,1,0,0,0,0,0,0,0,0,0,0,NULL,NULL,0,0,1,0,0,2,1,108,54,0,0,0,0,0,0,0,0,0,0,0,NULL,NULL,NULL,NULL);
INSERT INTO edge_window VALUES(11,4,0,1,0,0,0,0,0,0,112,154,X'0190bf0590bf0590bf0501d10101',X'0190bf0590bf0590bf0501d10101',1,0,0,0,0,4,3,384,360,0,0,0,0,0,0,20000,17000,1,0,1,0.089999999999999996669,0.089999999999999996669,0.089999999999999996669,0.089999999999999996669);
INSERT INTO edge_window VALUES(11,5,0,10,2,1,0,0,0,0,6016,5675,X'0dd8b37e90c204a8ef1c0cc80101010201010401040104010e0103010d01040117010f01',X'0cd8fe65f8c904d0d9110bc9010201010401040104010e0103010d01030101010f01',11,0,11,0,0,69,52,10658,9195,0,0,0,0,0,0,342000,243000,11,64,0,0.099366999999999996995,0.47299999999999997601,0.47299999999999997601,0.47299999999999997601);
INSERT INTO edge_window VALUES(11,6,0,1,0,0,0,0,0,0,84,130,X'0180e73180e73180e73101b70201',X'0180e73180e73180e73101b70201',2,0,1,0,0,9,5,776,476,0,0,0,0,0,0,58000,46000,2,0,1,0.81599999999999994759,0.81599999999999994759,0.81599999999999994759,0.81599999999999994759);
INSERT INTO edge_window VALUES(11,7,0,0,0,0,0,0,0,0,0,0,NULL,NULL,0,1,0,0,0,1,1,74,54,0,0,0,0,0,0,0,0,0,0,0,NULL,NULL,NULL,NULL);
INSERT INTO edge_window VALUES(12,4,0,0,0,0,0,0,0,0,0,0,NULL,NULL,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,NULL,NULL,NULL,NULL);
INSERT INTO edge_window VALUES(12,6,0,0,0,1,0,0,0,0,82,214,X'0190a985990b90a985990b90a985990b01b20501',X'0190a985990b90a985990b90a985990b01b20501',0,0,1,0,0,3,2,198,346,0,0,0,0,0,0,0,0,0,0,0,3005.30600000000004,3005.30600000000004,3005.30600000000004,3005.30600000000004);
INSERT INTO edge_window VALUES(12,7,0,0,0,0,0,0,0,0,0,0,NULL,NULL,0,3,0,0,0,3,3,222,162,0,0,0,0,0,0,0,0,0,0,0,NULL,NULL,NULL,NULL);
INSERT INTO edge_window VALUES(12,8,0,1,0,1,0,0,0,0,246,3250,X'02f0ee940e90a2dc02e0ccb80b029103014201',X'02e0be8a0ef08ed802f0afb20b029003014301',2,0,2,0,0,12,12,1054,4058,0,0,0,0,0,0,90000,46000,2,0,0,5.7067100000000001713,23.995999999999998663,23.995999999999998663,23.995999999999998663);
CREATE TABLE operation_window (
    window_id      INTEGER NOT NULL REFERENCES capture_window (id) ON DELETE CASCADE,
    operation_id   INTEGER NOT NULL,
    unknown        INTEGER NOT NULL,
    ok             INTEGER NOT NULL,
    client_error   INTEGER NOT NULL,
    server_error   INTEGER NOT NULL,
    timeout        INTEGER NOT NULL,
    reset          INTEGER NOT NULL,
    cancelled      INTEGER NOT NULL,
    unanswered     INTEGER NOT NULL,
    request_bytes  INTEGER NOT NULL,
    response_bytes INTEGER NOT NULL,
    duration       BLOB,
    ttfb           BLOB,
    p50_ms         REAL,
    p95_ms         REAL,
    p99_ms         REAL,
    max_ms         REAL,
    requests INTEGER GENERATED ALWAYS AS
        (unknown + ok + client_error + server_error + timeout + reset + cancelled + unanswered),
    errors   INTEGER GENERATED ALWAYS AS (client_error + server_error + timeout + reset),
    PRIMARY KEY (window_id, operation_id)
) STRICT, WITHOUT ROWID;
INSERT INTO operation_window VALUES(1,10,0,2,0,0,0,0,0,0,80,86,X'0280897ac0843dc0843d01c10202',X'0280897ac0843dc0843d01c10202',1.0,1.0,1.0,1.0);
INSERT INTO operation_window VALUES(1,12,0,1,0,0,0,0,0,0,38,43,X'0180b6dc0580b6dc0580b6dc0501b30301',X'01c0b19f05c0b19f05c0b19f0501af0301',12.0,12.0,12.0,12.0);
INSERT INTO operation_window VALUES(1,13,0,1,0,0,0,0,0,0,40,43,X'0180b6dc0580b6dc0580b6dc0501b30301',X'01c0b19f05c0b19f05c0b19f0501af0301',12.0,12.0,12.0,12.0);
INSERT INTO operation_window VALUES(1,14,0,0,1,0,0,0,0,0,38,47,X'0180b6dc0580b6dc0580b6dc0501b30301',X'01c0b19f05c0b19f05c0b19f0501af0301',12.0,12.0,12.0,12.0);
INSERT INTO operation_window VALUES(2,1,0,1,0,0,0,0,0,0,40,43,X'01c0843dc0843dc0843d01c10201',X'01c0843dc0843dc0843d01c10201',1.0,1.0,1.0,1.0);
INSERT INTO operation_window VALUES(2,11,0,1,0,0,0,0,0,0,39,43,X'01c0843dc0843dc0843d01c10201',X'01c0843dc0843dc0843d01c10201',1.0,1.0,1.0,1.0);
INSERT INTO operation_window VALUES(3,2,0,1,0,0,0,0,0,0,40,43,X'01c0843dc0843dc0843d01c10201',X'01c0843dc0843dc0843d01c10201',1.0,1.0,1.0,1.0);
INSERT INTO operation_window VALUES(4,3,0,1,0,0,0,0,0,0,40,43,X'01c0843dc0843dc0843d01c10201',X'01c0843dc0843dc0843d01c10201',1.0,1.0,1.0,1.0);
INSERT INTO operation_window VALUES(5,4,0,1,0,0,0,0,0,0,40,43,X'01c0843dc0843dc0843d01c10201',X'01c0843dc0843dc0843d01c10201',1.0,1.0,1.0,1.0);
INSERT INTO operation_window VALUES(6,5,0,1,0,0,0,0,0,0,40,43,X'01c0843dc0843dc0843d01c10201',X'01c0843dc0843dc0843d01c10201',1.0,1.0,1.0,1.0);
INSERT INTO operation_window VALUES(7,6,0,0,0,0,1,0,0,0,39,0,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO operation_window VALUES(7,7,0,1,0,0,0,0,0,0,40,43,X'01c0843dc0843dc0843d01c10201',X'01c0843dc0843dc0843d01c10201',1.0,1.0,1.0,1.0);
INSERT INTO operation_window VALUES(8,8,0,1,0,0,0,0,0,0,40,43,X'01c0843dc0843dc0843d01c10201',X'01c0843dc0843dc0843d01c10201',1.0,1.0,1.0,1.0);
INSERT INTO operation_window VALUES(9,9,0,1,0,0,0,0,0,0,40,43,X'01c0843dc0843dc0843d01c10201',X'01c0843dc0843dc0843d01c10201',1.0,1.0,1.0,1.0);
INSERT INTO operation_window VALUES(11,15,0,1,0,0,0,0,0,0,112,154,X'0190bf0590bf0590bf0501d10101',X'0190bf0590bf0590bf0501d10101',0.089999999999999996669,0.089999999999999996669,0.089999999999999996669,0.089999999999999996669);
INSERT INTO operation_window VALUES(11,16,0,0,0,1,0,0,0,0,79,339,X'01f8c904f8c904f8c90401c90101',X'01f8c904f8c904f8c90401c90101',0.074999999999999997224,0.074999999999999997224,0.074999999999999997224,0.074999999999999997224);
INSERT INTO operation_window VALUES(11,17,0,3,0,0,0,0,0,0,336,3286,X'0380bb16e0d104e8e00c03ca010104012a01',X'0380bb16e0d104e8e00c03ca010104012a01',0.083557000000000006267,0.20899999999999999134,0.20899999999999999134,0.20899999999999999134);
INSERT INTO operation_window VALUES(11,18,0,3,0,0,0,0,0,0,352,459,X'03d8f415f8c90480dc0b03c9010109012201',X'03d8f415f8c90480dc0b03c9010109012201',0.091120000000000006545,0.19200000000000000399,0.19200000000000000399,0.19200000000000000399);
INSERT INTO operation_window VALUES(11,19,0,0,1,0,0,0,0,0,80,308,X'01d89e08d89e08d89e0801e40101',X'01d89e08d89e08d89e0801e40101',0.13500000000000000888,0.13500000000000000888,0.13500000000000000888,0.13500000000000000888);
INSERT INTO operation_window VALUES(11,20,0,1,0,0,0,0,0,0,82,342,X'01b88506b88506b8850601d60101',X'01b88506b88506b8850601d60101',0.099000000000000004662,0.099000000000000004662,0.099000000000000004662,0.099000000000000004662);
INSERT INTO operation_window VALUES(11,21,0,1,0,0,0,0,0,0,89,239,X'0180e50880e50880e50801e70101',X'0180e50880e50880e50801e70101',0.14399999999999998911,0.14399999999999998911,0.14399999999999998911,0.14399999999999998911);
INSERT INTO operation_window VALUES(11,22,0,1,1,0,0,0,0,0,2349,525,X'02b8b12190c204a8ef1c02c801015601',X'01d0d911d0d911d0d91101870201',0.073999999999999996336,0.47299999999999997601,0.47299999999999997601,0.47299999999999997601);
INSERT INTO operation_window VALUES(11,23,0,1,0,0,0,0,0,0,2649,177,X'01c0ff14c0ff14c0ff14018f0201',X'01a8a20ca8a20ca8a20c01f70101',0.34399999999999997246,0.34399999999999997246,0.34399999999999997246,0.34399999999999997246);
INSERT INTO operation_window VALUES(11,24,0,1,0,0,0,0,0,0,84,130,X'0180e73180e73180e73101b70201',X'0180e73180e73180e73101b70201',0.81599999999999994759,0.81599999999999994759,0.81599999999999994759,0.81599999999999994759);
INSERT INTO operation_window VALUES(12,25,0,0,0,1,0,0,0,0,82,214,X'0190a985990b90a985990b90a985990b01b20501',X'0190a985990b90a985990b90a985990b01b20501',3005.30600000000004,3005.30600000000004,3005.30600000000004,3005.30600000000004);
INSERT INTO operation_window VALUES(12,26,0,1,0,0,0,0,0,0,87,2695,X'01e0ccb80be0ccb80be0ccb80b01d30301',X'01f0afb20bf0afb20bf0afb20b01d30301',23.995999999999998663,23.995999999999998663,23.995999999999998663,23.995999999999998663);
INSERT INTO operation_window VALUES(12,27,0,0,0,1,0,0,0,0,159,555,X'0190a2dc0290a2dc0290a2dc0201910301',X'01f08ed802f08ed802f08ed80201900301',5.706000000000000405,5.706000000000000405,5.706000000000000405,5.706000000000000405);
CREATE TABLE event (
    id      INTEGER PRIMARY KEY,
    time_ns INTEGER NOT NULL,
    kind    TEXT NOT NULL,
    text    TEXT NOT NULL
) STRICT;
INSERT INTO event VALUES(1,1700000000000000000,'capture-started','eth1');
CREATE TABLE state (
    id     INTEGER PRIMARY KEY CHECK (id = 1),
    writes INTEGER NOT NULL
) STRICT;
INSERT INTO state VALUES(1,16);
CREATE INDEX endpoint_by_service ON endpoint (service_id);
CREATE INDEX endpoint_unnamed ON endpoint (last_ns) WHERE name_source = 'address' AND address <> '';
CREATE INDEX edge_by_server ON edge (server_id);
CREATE INDEX pair_by_server ON pair (server_id);
CREATE INDEX pair_by_edge ON pair (edge_id);
CREATE INDEX event_by_time ON event (time_ns);
CREATE VIEW v_range AS
SELECT max(end_ns) - 900000000000 AS from_ns, max(end_ns) AS to_ns,
       min(900, (max(end_ns) - min(start_ns)) / 1e9) AS seconds
FROM capture_window WHERE level = 0;
CREATE VIEW v_windows AS
SELECT w.level, w.start_ns, w.end_ns,
       strftime('%Y-%m-%dT%H:%M:%SZ', w.start_ns / 1000000000, 'unixepoch') AS start,
       c.name AS client, s.name AS server, ce.address AS client_address,
       se.address AS server_address, e.port, e.protocol, e.id AS edge_id, x.*
FROM capture_window w
JOIN edge_window x ON x.window_id = w.id
JOIN pair p ON p.id = x.pair_id
JOIN edge e ON e.id = p.edge_id
JOIN service c ON c.id = e.client_id
JOIN service s ON s.id = e.server_id
JOIN endpoint ce ON ce.id = p.client_id
JOIN endpoint se ON se.id = p.server_id;
CREATE VIEW v_edges AS
SELECT client, server, port, protocol, sum(requests) AS requests,
       round(sum(requests) / r.seconds, 2) AS rate_per_s, sum(errors) AS errors,
       round(100.0 * sum(errors) / sum(requests), 2) AS error_percent,
       round(sum(p50_ms * requests) / sum(iif(p50_ms IS NULL, 0, requests)), 3) AS p50_ms,
       round(sum(p95_ms * requests) / sum(iif(p95_ms IS NULL, 0, requests)), 3) AS p95_ms,
       round(max(max_ms), 3) AS max_ms, sum(opened) AS opened, sum(failed) AS failed,
       sum(bytes_to_server) AS bytes_to_server, sum(bytes_to_client) AS bytes_to_client,
       sum(missing_to_server + missing_to_client) AS missing_bytes
FROM v_range r JOIN v_windows w ON w.level = 0 AND w.start_ns >= r.from_ns
GROUP BY client, server, port, protocol ORDER BY client, server, port, protocol;
CREATE VIEW v_services AS
SELECT server AS service, count(DISTINCT server_address) AS addresses,
       count(DISTINCT client) AS callers, sum(requests) AS requests,
       round(sum(requests) / r.seconds, 2) AS rate_per_s, sum(errors) AS errors,
       round(100.0 * sum(errors) / sum(requests), 2) AS error_percent,
       round(sum(p95_ms * requests) / sum(iif(p95_ms IS NULL, 0, requests)), 3) AS p95_ms,
       round(max(max_ms), 3) AS max_ms
FROM v_range r JOIN v_windows w ON w.level = 0 AND w.start_ns >= r.from_ns
GROUP BY server ORDER BY server;
CREATE VIEW v_operations AS
SELECT c.name AS client, s.name AS server, e.port, e.protocol, o.name AS operation,
       sum(requests) AS requests, round(sum(requests) / r.seconds, 2) AS rate_per_s,
       sum(errors) AS errors, round(100.0 * sum(errors) / sum(requests), 2) AS error_percent,
       round(sum(p95_ms * requests) / sum(iif(p95_ms IS NULL, 0, requests)), 3) AS p95_ms,
       round(max(max_ms), 3) AS max_ms
FROM v_range r
JOIN capture_window w ON w.level = 0 AND w.start_ns >= r.from_ns
JOIN operation_window x ON x.window_id = w.id
JOIN operation o ON o.id = x.operation_id
JOIN pair p ON p.id = o.pair_id
JOIN edge e ON e.id = p.edge_id
JOIN service c ON c.id = e.client_id
JOIN service s ON s.id = e.server_id
GROUP BY e.id, o.name ORDER BY c.name, s.name, e.port, e.protocol, o.name;
CREATE VIEW v_capture AS
SELECT count(*) AS windows, sum(frames) AS frames, sum(bytes) AS bytes, sum(packets) AS packets,
       sum(headers_cut) AS headers_cut, sum(malformed) AS malformed, sum(truncated) AS truncated,
       sum(kernel_drops) AS kernel_drops, sum(interface_drops) AS interface_drops,
       round(100.0 * sum(kernel_drops + interface_drops) /
             sum(frames + kernel_drops + interface_drops), 3) AS drop_percent,
       sum(gaps) AS gaps, sum(gap_bytes) AS gap_bytes, sum(lost) AS lost,
       sum(given_up) AS given_up, sum(stray_answers) AS stray_answers,
       sum(flows_evicted) AS flows_evicted, sum(exchanges_evicted) AS exchanges_evicted,
       sum(exchanges) AS exchanges, sum(edges_dropped) AS edges_dropped
FROM v_range r JOIN capture_window w ON w.level = 0 AND w.start_ns >= r.from_ns;
COMMIT;
PRAGMA application_id = 1414547282;
PRAGMA user_version = 1;
