using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Palimpsest.Torch.Functions.Attention;
using static TorchSharp.torch;

namespace Palimpsest.Torch.Functions;

/// <summary>Causal self-attention of whole sequences in f32 on a CPU, with grouped key-value heads and the rotary turn inside, on tensors as the projections leave them.</summary>
/// <remarks>
/// Dao, FlashAttention-2, arXiv 2307.08691: softmax(q k^T scale) v without the matrix of scores; one logarithm a query is kept for the backward pass. Every query head is computed by one thread in
/// one order, and the shares of a group's heads in the gradient of their key head are added in order: results do not depend on the number of threads.
/// </remarks>
internal sealed class CausalAttentionFunction : SafeFunction<CausalAttentionFunction>
{
    private const string PassKey = "pass", TurnKey = "turn";

    /// <summary>Shorter sequences leave most of a tile of 16 keys empty and stay with libtorch.</summary>
    public const int Shortest = 16;

    /// <summary>Whether the kernel takes these queries: f32 on a CPU with AVX2, from 16 tokens on (there and above it measured 1.7 to 3.4 times as fast as libtorch).</summary>
    /// <param name="q">[batch, time, heads * width]</param>
    /// <param name="width">Head width.</param>
    public static bool Takes(Tensor q, int width) =>
        KernelChoice.IsManaged(q) && Fma.IsSupported && Avx2.IsSupported && width % 8 == 0 && q.dtype == ScalarType.Float32 && q.size(1) >= Shortest;

    /// <summary>Attends.</summary>
    /// <param name="q">[batch, time, heads * width]</param>
    /// <param name="k">[batch, time, key heads * width]</param>
    /// <param name="v">As <paramref name="k"/>.</param>
    /// <param name="width">Head width, a multiple of 8.</param>
    /// <param name="scale">Factor of the scores.</param>
    /// <param name="turn">Tables and positions by which queries and keys are still to be turned, or null.</param>
    /// <returns>[batch, time, heads * width]</returns>
    public static Tensor Apply(Tensor q, Tensor k, Tensor v, int width, double scale, RotaryTurn? turn = null)
    {
        AttentionPass pass = new((int)q.size(0), (int)q.size(1), (int)(q.size(2) / width), (int)(k.size(2) / width), width, (float)scale);
        return apply(q.contiguous(), k.contiguous(), v.contiguous(), pass, turn!)[0];
    }

    protected override List<Tensor> Compute(autograd.AutogradContext context, object?[] arguments)
    {
        Tensor q = (Tensor)arguments[0]!, k = (Tensor)arguments[1]!, v = (Tensor)arguments[2]!, output = empty_like(q);
        AttentionPass pass = (AttentionPass)arguments[3]!;
        RotaryTurn? turn = (RotaryTurn?)arguments[4];
        Tensor logSums = empty((long)pass.Batch * pass.Heads * pass.Time, ScalarType.Float32);
        Forward(pass, turn, q, k, v, output, logSums);
        context.save_data(PassKey, pass);
        context.save_data(TurnKey, turn);
        context.save_for_backward([q, k, v, output.detach(), logSums]);
        return [output];
    }

    protected override List<Tensor?> Differentiate(autograd.AutogradContext context, IReadOnlyList<Tensor?> gradients)
    {
        List<Tensor> saved = context.get_saved_variables();
        AttentionPass pass = (AttentionPass)context.get_data(PassKey);
        Tensor gradient = gradients[0]!.contiguous(), q = empty_like(saved[0]);

        // Query heads that share a key head write their shares beside one another first.
        bool grouped = pass.Heads > pass.KeyHeads;
        Tensor k = empty_like(grouped ? saved[0] : saved[1]), v = empty_like(grouped ? saved[0] : saved[2]);
        Backward(pass, (RotaryTurn?)context.get_data(TurnKey), saved, gradient, q, k, v);
        return grouped ? [q, AddGroups(pass, k, saved[1]), AddGroups(pass, v, saved[2]), null, null] : [q, k, v, null, null];
    }

    private static unsafe void Forward(AttentionPass pass, RotaryTurn? turn, Tensor q, Tensor k, Tensor v, Tensor output, Tensor logSums)
    {
        fixed (float* cosine = turn?.Cosine, sine = turn?.Sine)
        {
            fixed (int* positions = turn?.Positions)
            {
                AttentionForward.Run(pass, Rows(q), Rows(k), Rows(v), new Rotation(cosine, sine, positions), Rows(output), Data(logSums), Threads(pass));
            }
        }
    }

    private static unsafe void Backward(AttentionPass pass, RotaryTurn? turn, List<Tensor> saved, Tensor gradient, Tensor q, Tensor k, Tensor v)
    {
        fixed (float* cosine = turn?.Cosine, sine = turn?.Sine)
        {
            fixed (int* positions = turn?.Positions)
            {
                AttentionBackward.Run(
                    pass, (Rows(saved[0]), Rows(saved[1]), Rows(saved[2]), Rows(saved[3]), Rows(gradient)), new Rotation(cosine, sine, positions), Data(saved[4]), Rows(q), Rows(k), Rows(v), Threads(pass));
            }
        }
    }

    /// <summary>[batch, time, heads * width] -> [batch, time, key heads * width]</summary>
    private static Tensor AddGroups(AttentionPass pass, Tensor shares, Tensor like)
    {
        Tensor sum = empty_like(like);
        int width = pass.Width, group = pass.Heads / pass.KeyHeads;
        RowAccess source = RowAccess.Of(shares, group * width), target = RowAccess.Of(sum, width);
        Lanes.For(Lanes.Count(source.Rows, source.Width), source.Rows, (_, begin, end) =>
        {
            for (long row = begin; row < end; row++)
            {
                ReadOnlySpan<float> heads = source.Read(row, default);
                Span<float> total = target.Target(row, default);
                heads[..width].CopyTo(total);
                for (int head = 1; head < group; head++)
                {
                    Vectors.Add(total, heads.Slice(head * width, width), total);
                }
            }
        });
        return sum;
    }

    private static int Threads(AttentionPass pass) => Lanes.Count((long)pass.Batch * pass.Heads, (long)pass.Time * pass.Time);

    private static unsafe HeadRows Rows(Tensor x) => new(Data(x), x.size(1) * x.size(2), x.size(2));

    /// <summary>The numbers of a contiguous tensor, which must outlive their use.</summary>
    private static unsafe float* Data(Tensor x) => (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(x.bytes));
}
