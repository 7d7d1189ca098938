using System.Buffers;
using System.Runtime.InteropServices;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace Palimpsest.Models.Sources;

/// <summary>A source that decodes rows to f32 piece by piece, so that loading takes little more memory than the model.</summary>
internal abstract class RowSource : ModelSource
{
    // Elements decoded at a time: 4 MB, or one row where that is longer.
    private const long Piece = 1 << 20;

    private protected RowSource(string path, ModelConfig config)
        : base(path, config)
    {
    }

    /// <summary>The heads whose rows the file interleaves to neighbouring pairs, or null.</summary>
    private protected abstract int? InterleavedHeads(ParameterSlot slot);

    /// <summary>Decodes whole rows as they lie in the file.</summary>
    private protected abstract void Decode(ParameterSlot slot, long firstRow, Span<float> rows);

    internal override bool Holds(ParameterSlot slot) => Layout.Slots.Any(own => own.Name == slot.Name);

    internal override void Fill(ParameterSlot slot, Tensor target)
    {
        // A vector is rows of one number where its elements change places, and else one row.
        int? heads = InterleavedHeads(slot);
        long columns = slot.Shape.Count == 2 ? slot.Shape[1] : heads is null ? slot.Count : 1, rows = slot.Count / columns;
        bool direct = heads is null && target.dtype == ScalarType.Float32 && target.device_type == DeviceType.CPU;
        using Tensor matrix = target.detach().view(rows, columns);
        if (heads is not null)
        {
            // Rows change places over a whole head, so these matrices, which are not the largest, are decoded whole.
            float[] all = new float[slot.Count], ordered = new float[slot.Count];
            Decode(slot, 0, all);
            for (long row = 0; row < rows; row++)
            {
                Array.Copy(all, Data.Gguf.GgufLlamaNames.RowInFile(row, rows, heads.Value) * columns, ordered, row * columns, columns);
            }

            using Tensor source = tensor(ordered, [rows, columns]);
            matrix.copy_(source);
            return;
        }

        long step = Math.Max(1, Piece / columns);
        float[] piece = direct ? [] : ArrayPool<float>.Shared.Rent((int)(Math.Min(step, rows) * columns));
        for (long row = 0; row < rows; row += step)
        {
            long count = Math.Min(step, rows - row);
            using Tensor part = matrix.narrow(0, row, count);
            if (direct)
            {
                Decode(slot, row, MemoryMarshal.Cast<byte, float>(part.bytes));
                continue;
            }

            Decode(slot, row, piece.AsSpan(0, (int)(count * columns)));
            using Tensor decoded = tensor(piece.AsSpan(0, (int)(count * columns)).ToArray(), [count, columns]);
            part.copy_(decoded);
        }

        if (!direct)
        {
            ArrayPool<float>.Shared.Return(piece);
        }
    }
}
