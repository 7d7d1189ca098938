using System.Runtime.InteropServices;
using Palimpsest.Torch.Packed;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Torch.Functions;

/// <summary>x W^T for a frozen W of quantised blocks, which is unpacked a few rows at a time in both passes: dx = dy W.</summary>
internal sealed unsafe class PackedLinearFunction : SafeFunction<PackedLinearFunction>
{
    private const string WeightKey = "weight";

    // Rows of W that the backward pass has as numbers at a time: 8 MB at a width of 2,048.
    private const long BackwardRows = 1024;

    /// <summary>Applies the layer.</summary>
    /// <param name="x">[..., in], f32 on the CPU.</param>
    /// <param name="weight">[out, in]; its bytes must outlive the backward pass.</param>
    /// <returns>[..., out], f32.</returns>
    public static Tensor Apply(Tensor x, PackedTensor weight) => is_grad_enabled() && x.requires_grad ? apply(x, weight)[0] : Product(x, weight);

    protected override List<Tensor> Compute(autograd.AutogradContext context, object?[] arguments)
    {
        context.save_data(WeightKey, arguments[1]);
        return [Product((Tensor)arguments[0]!, (PackedTensor)arguments[1]!)];
    }

    protected override List<Tensor?> Differentiate(autograd.AutogradContext context, IReadOnlyList<Tensor?> gradients)
    {
        PackedTensor weight = (PackedTensor)context.get_data(WeightKey);
        Tensor dy = gradients[0]!, flat = dy.reshape(-1, weight.Shape[0]); // [rows, out]
        Tensor dx = zeros(flat.size(0), weight.Shape[1]);
        for (long row = 0; row < weight.Shape[0]; row += BackwardRows)
        {
            using DisposeScope tile = NewDisposeScope();
            long count = Math.Min(BackwardRows, weight.Shape[0] - row);
            dx.addmm_(flat.narrow(1, row, count), weight.Values(row, count), 1, 1);
        }

        return [dx.view([.. dy.shape[..^1], weight.Shape[1]]), null];
    }

    private static Tensor Product(Tensor x, PackedTensor weight)
    {
        RowMatrix matrix = weight.Matrix();
        using Tensor input = x.contiguous();
        int columns = checked((int)(x.NumberOfElements / matrix.Columns));
        Tensor result = empty([.. x.shape[..^1], matrix.Rows]);
        float* source = (float*)RowMatrix.Address(input, ScalarType.Float32), target = (float*)RowMatrix.Address(result, ScalarType.Float32);

        // Threads share the rows, and each takes all vectors: what a row gives does not depend on who computes it.
        int lanes = Lanes.Count((matrix.Rows + 7) / 8, 8L * matrix.Columns * columns);
        Lanes.For(lanes, lanes, (lane, _, _) =>
        {
            float* scratch = (float*)NativeMemory.AlignedAlloc((nuint)RowProducts.Scratch(matrix.Columns) * sizeof(float), 64);
            matrix.MultiplyPart(lane, lanes, source, columns, target, scratch);
            NativeMemory.AlignedFree(scratch);
        });
        return result;
    }
}
