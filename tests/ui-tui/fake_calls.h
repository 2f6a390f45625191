/* fake_calls.h - the shop of fake_query.h with a gRPC service whose calls are spread badly. */
#pragma once

#include "tests/ui-tui/fake_query.h"

/* web calls orders: three backends of which one gets nearly all, over a connection that began
 * before the capture; two streams are open. The rows are static, the handle is the caller's. */
struct query shop_with_calls(void);
