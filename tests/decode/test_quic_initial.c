/* test_quic_initial.c - specifies decode/quic_initial.c, by the examples of RFC 9001, appendix A,
 * and RFC 9369, appendix A. */
#include "tls_make.h"

#include "tests/check.h"
#include "tests/quic_seal.h"

#define DCID "8394c8f03e515708"
#define SERVER_SCID "f067a5502a4262b5"
enum { CLIENT_PAYLOAD = 1162 };

static const char client_frame[] =
    "060040f1010000ed0303ebf8fa56f12939b9584a3896472ec40bb863cfd3e86804fe3a47f06a2b69484c0000"
    "0413011302010000c000000010000e00000b6578616d706c652e636f6dff01000100000a00080006001d0017"
    "001800100007000504616c706e000500050100000000003300260024001d00209370b2c9caa47fbabaf4559f"
    "edba753de171fa71f50f1ce15d43e994ec74d748002b0003020304000d0010000e0403050306030203080408"
    "050806002d00020101001c00024001003900320408ffffffffffffffff05048000ffff07048000ffff080110"
    "0104800075300901100f088394c8f03e51570806048000ffff";

static const char server_frames[] =
    "02000000000600405a020000560303eefce7f7b37ba1d1632e96677825ddf73988cfc79825df566dc5430b9a"
    "045a1200130100002e00330024001d00209d3c940d89690b84d08a60993c144eca684d1081287c834d5311bc"
    "f32bb9da1a002b00020304";

struct example {
    uint32_t version;
    const char *keys[2][3]; /* key, iv, header protection */
    const char *client_begins, *client_ends, *server;
};

static const struct example examples[] = {
    {QUIC_VERSION_1,
     {{"1f369613dd76d5467730efcbe3b1a22d", "fa044b2f42a3fd3b46fb255c",
       "9f50449e04a0e810283a1e9933adedd2"},
      {"cf3a5331653c364c88f0f379b6067e37", "0ac1493ca1905853b0bba03e",
       "c206b8d9b9f0f37644430b490eeaa314"}},
     "c000000001088394c8f03e5157080000449e7b9aec34d1b1c98dd7689fb8ec11d242b123dc9bd8bab936b47d",
     "e221af44860018ab0856972e194cd934",
     "cf000000010008f067a5502a4262b5004075c0d95a482cd0991cd25b0aac406a5816b6394100f37a1c697975"
     "54780bb38cc5a99f5ede4cf73c3ec2493a1839b3dbcba3f6ea46c5b7684df3548e7ddeb9c3bf9c73cc3f3bde"
     "d74b562bfb19fb84022f8ef4cdd93795d77d06edbb7aaf2f58891850abbdca3d20398c276456cbc42158407d"
     "d074ee"},
    {QUIC_VERSION_2,
     {{"8b1a0bc121284290a29e0971b5cd045d", "91f73e2351d8fa91660e909f",
       "45b95e15235d6f45a6b19cbcb0294ba9"},
      {"82db637861d55e1d011f19ea71d5d2a7", "dd13c276499c0249d3310652",
       "edf6d05c83121201b436e16877593c3a"}},
     "d76b3343cf088394c8f03e5157080000449ea0c95e82ffe67b6abcdb4298b485dd04de806071bf03dceebfa1",
     "a18b2faa745b6fe189cf772a9f84cbfc",
     "dc6b3343cf0008f067a5502a4262b5004075d92faaf16f05d8a4398c47089698baeea26b91eb761d9b89237b"
     "bf87263017915358230035f7fd3945d88965cf17f9af6e16886c61bfc703106fbaf3cb4cfa52382dd16a393e"
     "42757507698075b2c984c707f0a0812d8cd5a6881eaf21ceda98f4bd23f6fe1a3e2c43edd9ce7ca84bed8521"
     "e2e140"},
};

static void equal(struct bytes is, struct bytes should)
{
    assert_int_equal(is.len, should.len);
    assert_memory_equal(is.at, should.at, is.len);
}

static struct quic_keys keys_of(const struct example *e)
{
    struct quic_keys keys;
    assert_true(quic_derive(e->version, tls_hex(DCID), &keys));
    return keys;
}

/* The client's packet, as it is in the example. */
static struct bytes client_packet(const struct example *e)
{
    static uint8_t packet[1500], payload[CLIENT_PAYLOAD];
    struct quic_keys keys = keys_of(e);
    struct bytes frame = tls_hex(client_frame);
    memset(payload, 0, sizeof payload);
    memcpy(payload, frame.at, frame.len);
    struct quic_header h = {
        .version = e->version, .dcid = tls_hex(DCID), .number = 2, .number_len = 4};
    size_t len = quic_seal(&keys, TO_SERVER, &h, bytes_of(payload, sizeof payload), packet);
    equal(bytes_first(bytes_of(packet, len), strlen(e->client_begins) / 2),
          tls_hex(e->client_begins));
    equal(bytes_after(bytes_of(packet, len), len - 16), tls_hex(e->client_ends));
    return bytes_of(packet, len);
}

static bool opens(const struct quic_keys *keys, enum dir dir, struct bytes in, struct bytes *ret)
{
    static uint8_t room[QUIC_PAYLOAD_MAX];
    struct quic_packet p;
    return quic_next_packet(&in, &p) && quic_open(keys, dir, &p, room, ret);
}

static void keys(void **state)
{
    (void)state;
    tls_make_anew();
    for (size_t i = 0; i < 2; i++) {
        struct quic_keys k = keys_of(&examples[i]);
        for (int dir = 0; dir < 2; dir++) {
            equal(bytes_of(k.by[dir].key, 16), tls_hex(examples[i].keys[dir][0]));
            equal(bytes_of(k.by[dir].iv, 12), tls_hex(examples[i].keys[dir][1]));
            equal(bytes_of(k.by[dir].header, 16), tls_hex(examples[i].keys[dir][2]));
        }
    }
    struct quic_keys none;
    assert_false(quic_derive(0, tls_hex(DCID), &none));
    assert_false(quic_derive(0x1a2a3a4a, tls_hex(DCID), &none));
}

static void opened(void **state)
{
    (void)state;
    tls_make_anew();
    for (size_t i = 0; i < 2; i++) {
        struct quic_keys k = keys_of(&examples[i]);
        struct bytes payload;
        assert_true(opens(&k, TO_CLIENT, tls_hex(examples[i].server), &payload));
        equal(payload, tls_hex(server_frames));
        assert_true(opens(&k, TO_SERVER, client_packet(&examples[i]), &payload));
        assert_int_equal(payload.len, CLIENT_PAYLOAD);
        struct bytes frame = tls_hex(client_frame);
        equal(bytes_first(payload, frame.len), frame);
    }
}

/* Of what is not as it was sent, nothing is believed. */
static void not_opened(void **state)
{
    (void)state;
    tls_make_anew();
    struct quic_keys k = keys_of(&examples[0]), other = keys_of(&examples[1]), stranger;
    struct bytes server = tls_hex(examples[0].server), payload;
    assert_true(quic_derive(QUIC_VERSION_1, tls_hex("8394c8f03e515709"), &stranger));
    assert_false(opens(&k, TO_SERVER, server, &payload));
    assert_false(opens(&other, TO_CLIENT, server, &payload));
    assert_false(opens(&stranger, TO_CLIENT, server, &payload));
    for (size_t bit = 0; bit < 8 * server.len; bit++) {
        uint8_t changed[200];
        memcpy(changed, server.at, server.len);
        changed[bit / 8] ^= (uint8_t)(1U << bit % 8);
        if (opens(&k, TO_CLIENT, bytes_of(changed, server.len), &payload))
            fail_msg("with bit %zu changed it opens", bit);
    }
    for (size_t len = 0; len < server.len; len++)
        assert_false(opens(&k, TO_CLIENT, bytes_first(server, len), &payload));
}

/* A token lies in front of the packet number, which has one to four bytes. */
static void headers(void **state)
{
    (void)state;
    tls_make_anew();
    struct quic_keys k = keys_of(&examples[0]);
    for (unsigned len = 1; len <= 4; len++) {
        uint8_t packet[200];
        struct bytes payload;
        struct quic_header h = {QUIC_VERSION_1,
                                tls_hex(DCID),
                                tls_hex(SERVER_SCID),
                                tls_noise(60),
                                (uint32_t)0xfedcba98 >> (32 - 8 * len),
                                len};
        size_t sealed = quic_seal(&k, TO_SERVER, &h, tls_noise(50), packet);
        assert_true(opens(&k, TO_SERVER, bytes_of(packet, sealed), &payload));
        equal(payload, tls_noise(50));
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys),
        cmocka_unit_test(opened),
        cmocka_unit_test(not_opened),
        cmocka_unit_test(headers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
