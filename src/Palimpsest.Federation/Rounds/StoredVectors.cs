using System.Runtime.InteropServices;
using System.Text.Json.Serialization.Metadata;
using Palimpsest.Training.Checkpoints;
using static TorchSharp.torch;

namespace Palimpsest.Federation.Rounds;

/// <summary>Managed vectors on their way into a state file or out of one.</summary>
internal sealed class StoredVectors : IDisposable
{
    // TorchSharp hands out a tensor's memory as a span, which ends at 2 GiB.
    private const int Chunk = 1 << 27;
    private readonly List<(string Name, Tensor Values)> _tensors = [];
    private readonly List<Action> _backs = [];

    /// <summary>Names a vector; its values are copied.</summary>
    /// <typeparam name="T">float, int or long.</typeparam>
    public void Add<T>(string name, Memory<T> values)
        where T : unmanaged
    {
        Tensor tensor = empty(values.Length, typeof(T) == typeof(float) ? ScalarType.Float32 : typeof(T) == typeof(int) ? ScalarType.Int32 : ScalarType.Int64);
        _tensors.Add((name, tensor));
        Pieces(tensor, values, (own, piece) => own.CopyTo(piece));
        _backs.Add(() => Pieces(tensor, values, (own, piece) => piece.CopyTo(own)));
    }

    /// <summary>Writes the file.</summary>
    /// <inheritdoc cref="StateFile.Write"/>
    public void Write<TState>(string path, TState state, JsonTypeInfo<TState> json) => StateFile.Write(path, state, json, _tensors);

    /// <summary>Puts what a file holds in the place of the values. Nothing is changed before everything fits.</summary>
    /// <exception cref="PalimpsestException">The file holds others.</exception>
    public void Read(StateFile file)
    {
        file.RequireSame(_tensors);
        file.Fill(_tensors);
        _backs.ForEach(back => back());
    }

    /// <inheritdoc/>
    public void Dispose() => _tensors.ForEach(item => item.Values.Dispose());

    private static void Pieces<T>(Tensor tensor, Memory<T> values, PieceAction copy)
        where T : unmanaged
    {
        for (int i = 0; i < values.Length; i += Chunk)
        {
            Span<T> own = values.Span[i..Math.Min(values.Length, i + Chunk)];
            using Tensor piece = tensor.narrow(0, i, own.Length);
            copy(MemoryMarshal.AsBytes(own), piece.bytes);
        }
    }

    private delegate void PieceAction(Span<byte> own, Span<byte> piece);
}
