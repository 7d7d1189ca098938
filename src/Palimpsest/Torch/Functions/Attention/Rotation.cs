using System.Runtime.Intrinsics;

namespace Palimpsest.Torch.Functions.Attention;

/// <summary>The turn of a head's row by its position, as <see cref="RotaryFunction"/> does it; the default turns nothing.</summary>
/// <param name="cosine">[positions, width / 2]</param>
/// <param name="sine">Same shape.</param>
/// <param name="positions">Of each token of a sequence.</param>
internal readonly unsafe struct Rotation(float* cosine, float* sine, int* positions)
{
    /// <summary>Whether there is a turn at all.</summary>
    public bool Turns => positions is not null;

    /// <summary>The same for the tokens of another sequence.</summary>
    public Rotation At(long token) => Turns ? new Rotation(cosine, sine, positions + token) : this;

    /// <summary>target = factor * source, turned by the token's position.</summary>
    /// <param name="source">[width]</param>
    /// <param name="target">[width]</param>
    /// <param name="width">Head width, a multiple of 8.</param>
    /// <param name="token">Which token.</param>
    /// <param name="factor">Factor.</param>
    /// <param name="direction">1 to turn, -1 to turn back.</param>
    public void Copy(float* source, float* target, int width, int token, float factor, float direction)
    {
        if (!Turns)
        {
            for (int i = 0; i < width; i += 8)
            {
                (Vector256.Load(source + i) * factor).Store(target + i);
            }

            return;
        }

        int half = width / 2, k = 0;
        float* cos = cosine + ((long)positions[token] * half), sin = sine + ((long)positions[token] * half);
        for (; k <= half - 8; k += 8)
        {
            Vector256<float> a = Vector256.Load(source + k) * factor, b = Vector256.Load(source + half + k) * factor, c = Vector256.Load(cos + k), s = Vector256.Load(sin + k) * direction;
            ((a * c) - (b * s)).Store(target + k);
            ((b * c) + (a * s)).Store(target + half + k);
        }

        for (; k < half; k++)
        {
            float a = source[k] * factor, b = source[half + k] * factor, s = sin[k] * direction;
            target[k] = (a * cos[k]) - (b * s);
            target[half + k] = (b * cos[k]) + (a * s);
        }
    }
}
