/* pixels_none.c - in the place of pixels.c and canvas_png.c where tapgraph is built without cairo.
 */
#include "store/export/canvas.h"
#include "store/export/pixels.h"

bool pixels_load(void)
{
    return false;
}

const char *pixels_missing(void)
{
    return "this tapgraph was built without cairo, and so without PNG; svg does without";
}

static bool begin(struct canvas *c, double width, double height)
{
    (void)c;
    (void)width;
    (void)height;
    return false;
}

void canvas_png_init(struct canvas_png *c, FILE *out)
{
    *c = (struct canvas_png){.canvas = {.begin = begin}, .out = out};
}

bool canvas_png_fits(double width, double height, struct err *err)
{
    (void)width;
    (void)height;
    return err_set(err, "%s", pixels_missing());
}
