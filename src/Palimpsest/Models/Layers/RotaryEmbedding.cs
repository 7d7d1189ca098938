using Palimpsest.Torch.Functions;
using static TorchSharp.torch;

namespace Palimpsest.Models.Layers;

/// <summary>Tables of the rotary position embedding: frequencies theta^(-2i/width), i below half the head's width, changed by a scaling if there is one.</summary>
/// <remarks>Su et al., arXiv 2104.09864. The tables grow with the longest position asked for; not safe for growth by two threads at once.</remarks>
public sealed class RotaryEmbedding(int headWidth, double theta, RopeScaling? scaling = null)
{
    private float[] _cosine = [];
    private float[] _sine = [];
    private int _length;

    /// <summary>Rotates queries or keys.</summary>
    /// <param name="x">[batch, time, heads * head width]</param>
    /// <param name="positions">Position of each token, [batch * time].</param>
    /// <returns>Same shape.</returns>
    public Tensor Forward(Tensor x, int[] positions)
    {
        if (KernelChoice.IsManaged(x))
        {
            RotaryTurn turn = Turn(positions);
            return RotaryFunction.Apply(x, turn.Cosine, turn.Sine, positions, headWidth);
        }

        (double[] cosine, double[] sine) = Precise(positions);
        long[] shape = [positions.Length, headWidth / 2];
        Tensor Table(double[] values) => tensor(values, shape, device: x.device).to_type(ComposedForms.Precise(x.dtype));
        return ComposedForms.Rotary(x, Table(cosine), Table(sine), headWidth);
    }

    /// <summary>The tables for a kernel that turns by itself.</summary>
    internal RotaryTurn Turn(int[] positions)
    {
        Grow(System.Numerics.Tensors.TensorPrimitives.Max<int>(positions) + 1);
        return new RotaryTurn(_cosine, _sine, positions);
    }

    /// <summary>Cosines and sines of at least the first positions, [positions, half the head's width].</summary>
    internal (float[] Cosine, float[] Sine) Tables(int count)
    {
        Grow(count);
        return (_cosine, _sine);
    }

    /// <summary>Cosines and sines of some positions in double precision, [positions, half the head's width].</summary>
    private (double[] Cosine, double[] Sine) Precise(int[] positions)
    {
        int half = headWidth / 2, count = System.Numerics.Tensors.TensorPrimitives.Max<int>(positions) + 1;
        double[] frequencies = (scaling ?? new RopeScaling { Type = "default" }).Frequencies(headWidth, theta, LongLength(count));
        double magnitude = scaling?.Magnitude ?? 1;
        double[] cosine = new double[positions.Length * half], sine = new double[cosine.Length];
        for (int i = 0; i < cosine.Length; i++)
        {
            (double s, double c) = Math.SinCos(positions[i / half] * frequencies[i % half]);
            (cosine[i], sine[i]) = (c * magnitude, s * magnitude);
        }

        return (cosine, sine);
    }

    // With the dynamic scaling every length beyond the original context has frequencies of its own.
    private int LongLength(int count) => scaling?.Type == "dynamic" && count > scaling.OriginalContext ? count : 0;

    private void Grow(int count)
    {
        int half = headWidth / 2, length = LongLength(count);
        if (_cosine.Length >= count * half && length == _length)
        {
            return;
        }

        _length = length;
        count = length == 0 ? Math.Max(count, Math.Max(256, 2 * (_cosine.Length / half))) : count; // doubled, since a text grows by one token at a time
        double[] frequencies = (scaling ?? new RopeScaling { Type = "default" }).Frequencies(headWidth, theta, length);
        double magnitude = scaling?.Magnitude ?? 1;
        float[] cosine = new float[count * half], sine = new float[count * half];
        for (int i = 0; i < half; i++)
        {
            float frequency = (float)frequencies[i];
            for (int position = 0; position < count; position++)
            {
                (double s, double c) = Math.SinCos(position * frequency);
                cosine[(position * half) + i] = (float)(c * magnitude);
                sine[(position * half) + i] = (float)(s * magnitude);
            }
        }

        (_cosine, _sine) = (cosine, sine);
    }
}
