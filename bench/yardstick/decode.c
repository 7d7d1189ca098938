// A plain C loop that decodes a llama2.c checkpoint (version 0, tied) greedily on one thread: what a compiler makes of the formulas without further thought. The yardstick of bench decode.
// gcc -O3 -march=native -ffast-math decode.c -lm -o decode && ./decode stories260K.bin 200 20
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int dim, inner, layers, heads, kv_heads, vocabulary, context;

static void product(float *y, const float *w, const float *x, int rows, int columns) {
    for (int i = 0; i < rows; i++) {
        float sum = 0;
        for (int j = 0; j < columns; j++) sum += w[(size_t)i * columns + j] * x[j];
        y[i] = sum;
    }
}

static void norm(float *y, const float *x, const float *gain) {
    float sum = 0;
    for (int i = 0; i < dim; i++) sum += x[i] * x[i];
    float scale = 1 / sqrtf(sum / dim + 1e-5f);
    for (int i = 0; i < dim; i++) y[i] = gain[i] * scale * x[i];
}

static void rotate(float *x, int count, int width, int position) {
    for (int i = 0; i < count * width; i += 2) {
        float angle = position / powf(10000, (float)(i % width) / width), c = cosf(angle), s = sinf(angle), a = x[i], b = x[i + 1];
        x[i] = a * c - b * s;
        x[i + 1] = a * s + b * c;
    }
}

static double seconds(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

int main(int count, char **arguments) {
    if (count < 4) return 2;
    FILE *file = fopen(arguments[1], "rb");
    int header[7], steps = atoi(arguments[2]), rounds = atoi(arguments[3]);
    if (!file || fread(header, 4, 7, file) != 7) return 1;
    dim = header[0], inner = header[1], layers = header[2], heads = header[3], kv_heads = header[4], vocabulary = header[5], context = header[6];
    int width = dim / heads, kv = width * kv_heads, group = heads / kv_heads;
    size_t n = (size_t)vocabulary * dim + (size_t)layers * (2 * dim + 2 * dim * dim + 2 * dim * kv + 3 * dim * inner) + dim;
    float *w = malloc(n * 4);
    if (fread(w, 4, n, file) != n) return 1;
    float *embedding = w, *norm1 = embedding + vocabulary * dim, *wq = norm1 + layers * dim, *wk = wq + layers * dim * dim, *wv = wk + layers * dim * kv, *wo = wv + layers * dim * kv;
    float *norm2 = wo + layers * dim * dim, *w1 = norm2 + layers * dim, *w2 = w1 + layers * dim * inner, *w3 = w2 + layers * dim * inner, *last = w3 + layers * dim * inner;
    float *x = calloc(dim, 4), *h = calloc(dim, 4), *q = calloc(dim, 4), *z = calloc(dim, 4), *g = calloc(inner, 4), *u = calloc(inner, 4), *scores = calloc(context, 4), *logits = calloc(vocabulary, 4);
    float *keys = calloc((size_t)layers * context * kv, 4), *values = calloc((size_t)layers * context * kv, 4);
    double best = 0, best_cpu = 0;
    for (int round = 0; round < rounds; round++) {
        int token = 1;
        double wall = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
        for (int p = 0; p < steps; p++) {
            memcpy(x, embedding + token * dim, dim * 4);
            for (int l = 0; l < layers; l++) {
                float *k = keys + ((size_t)l * context + p) * kv, *v = values + ((size_t)l * context + p) * kv;
                norm(h, x, norm1 + l * dim);
                product(q, wq + l * dim * dim, h, dim, dim);
                product(k, wk + l * dim * kv, h, kv, dim);
                product(v, wv + l * dim * kv, h, kv, dim);
                rotate(q, heads, width, p);
                rotate(k, kv_heads, width, p);
                for (int head = 0; head < heads; head++) {
                    float *query = q + head * width, *out = z + head * width, most = -1e30f, sum = 0;
                    for (int t = 0; t <= p; t++) {
                        float *key = keys + ((size_t)l * context + t) * kv + head / group * width, dot = 0;
                        for (int i = 0; i < width; i++) dot += query[i] * key[i];
                        scores[t] = dot / sqrtf(width);
                        most = scores[t] > most ? scores[t] : most;
                    }
                    for (int t = 0; t <= p; t++) sum += scores[t] = expf(scores[t] - most);
                    memset(out, 0, width * 4);
                    for (int t = 0; t <= p; t++) {
                        float *value = values + ((size_t)l * context + t) * kv + head / group * width;
                        for (int i = 0; i < width; i++) out[i] += scores[t] / sum * value[i];
                    }
                }
                product(h, wo + l * dim * dim, z, dim, dim);
                for (int i = 0; i < dim; i++) x[i] += h[i];
                norm(h, x, norm2 + l * dim);
                product(g, w1 + l * dim * inner, h, inner, dim);
                product(u, w3 + l * dim * inner, h, inner, dim);
                for (int i = 0; i < inner; i++) g[i] *= u[i] / (1 + expf(-g[i]));
                product(h, w2 + l * dim * inner, g, dim, inner);
                for (int i = 0; i < dim; i++) x[i] += h[i];
            }
            norm(x, x, last);
            product(logits, embedding, x, vocabulary, dim);
            token = 0;
            for (int i = 1; i < vocabulary; i++) token = logits[i] > logits[token] ? i : token;
            if (round == 0 && p < 12) fprintf(stderr, "%d ", token);
        }
        wall = steps / (seconds(CLOCK_MONOTONIC) - wall), cpu = steps / (seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu);
        best = wall > best ? wall : best, best_cpu = cpu > best_cpu ? cpu : best_cpu;
    }
    fprintf(stderr, "\n");
    printf("C, one thread: %.0f tokens/s (%.0f for a second of processor time)\n", best, best_cpu);
    return 0;
}
