/* The C99 complex functions that Windows' ucrtbase.dll has, numpy and OpenCV import, and Wine 8 lacks.
   Compiled three times, once a suffix of their names: f (float), none and l (Microsoft's long double is a
   double). They call mingw's own, so results differ from Microsoft's in the last digits. ucrtbase.py builds
   the DLL around them. */
#include <complex.h>
#include <math.h>

#ifdef FLOAT
#define REAL float
#define MINGW(name) name##f
#else
#define REAL double
#define MINGW(name) name
#endif
#define JOIN_(a, b, c) a##b##c
#define JOIN(a, b, c) JOIN_(a, b, c)
#define OURS(name) JOIN(shim_, name, SUFFIX)

typedef struct { REAL r, i; } Pair;

static Pair pair(REAL _Complex z) { return (Pair){__real__ z, __imag__ z}; }
static REAL _Complex number(Pair z) { return __builtin_complex(z.r, z.i); }

#define UNARY(name) Pair OURS(name)(Pair z) { return pair(MINGW(name)(number(z))); }
UNARY(cacos) UNARY(cacosh) UNARY(casin) UNARY(casinh) UNARY(catan) UNARY(catanh) UNARY(ccos) UNARY(ccosh)
UNARY(cexp) UNARY(clog) UNARY(csin) UNARY(csinh) UNARY(csqrt) UNARY(ctan) UNARY(ctanh)

REAL OURS(creal)(Pair z) { return z.r; }
REAL OURS(cimag)(Pair z) { return z.i; }
REAL OURS(cabs)(Pair z) { return MINGW(hypot)(z.r, z.i); }
REAL OURS(carg)(Pair z) { return MINGW(atan2)(z.i, z.r); }
REAL OURS(norm)(Pair z) { return z.r * z.r + z.i * z.i; }
Pair OURS(conj)(Pair z) { return (Pair){z.r, -z.i}; }
Pair OURS(cpow)(Pair a, Pair b) { return pair(MINGW(cpow)(number(a), number(b))); }

Pair OURS(cproj)(Pair z)
{
    return isinf(z.r) || isinf(z.i) ? (Pair){INFINITY, copysign(0.0, z.i)} : z;
}

Pair OURS(clog10)(Pair z)
{
    return pair(MINGW(clog)(number(z)) * (REAL)0.43429448190325182765);
}
