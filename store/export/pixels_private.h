/* pixels_private.h - what pixels.c loads, for those who draw with it. */
#pragma once

#include <cairo/cairo-ft.h>
#include <stddef.h>

#include "store/export/pixels.h"

#define PIXELS_CAIRO(X)                                                                            \
    X(cairo_close_path)                                                                            \
    X(cairo_create)                                                                                \
    X(cairo_curve_to)                                                                              \
    X(cairo_destroy)                                                                               \
    X(cairo_fill)                                                                                  \
    X(cairo_fill_preserve)                                                                         \
    X(cairo_ft_font_face_create_for_ft_face)                                                       \
    X(cairo_glyph_extents)                                                                         \
    X(cairo_glyph_path)                                                                            \
    X(cairo_image_surface_create)                                                                  \
    X(cairo_line_to)                                                                               \
    X(cairo_move_to)                                                                               \
    X(cairo_new_path)                                                                              \
    X(cairo_paint)                                                                                 \
    X(cairo_scale)                                                                                 \
    X(cairo_set_dash)                                                                              \
    X(cairo_set_font_face)                                                                         \
    X(cairo_set_font_size)                                                                         \
    X(cairo_set_line_join)                                                                         \
    X(cairo_set_line_width)                                                                        \
    X(cairo_set_source_rgb)                                                                        \
    X(cairo_status)                                                                                \
    X(cairo_stroke)                                                                                \
    X(cairo_surface_destroy)                                                                       \
    X(cairo_surface_status)                                                                        \
    X(cairo_surface_write_to_png_stream)

#define PIXELS_FREETYPE(X)                                                                         \
    X(FT_Get_Char_Index)                                                                           \
    X(FT_Init_FreeType)                                                                            \
    X(FT_New_Memory_Face)

#define PIXELS_FIELD(name) __typeof__(&(name)) name;

enum { PIXELS_FONTS_MAX = 3 };

/* The first has Latin letters; what it has not is looked for in the others. */
struct pixels_font {
    FT_Face face;
    cairo_font_face_t *cairo;
};

struct pixels {
    PIXELS_CAIRO(PIXELS_FIELD)
    PIXELS_FREETYPE(PIXELS_FIELD)
    struct pixels_font font[PIXELS_FONTS_MAX];
    size_t font_len;
};

/* For one thread at a time, until pixels_return(): faces are not to be shared, and one picture in
 * memory is enough. After pixels_load() was true. */
const struct pixels *pixels_borrow(void);
void pixels_return(void);
