using System.Globalization;
using Palimpsest.Data.Batches;
using Palimpsest.Models.Families;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;

namespace Palimpsest.Tests.Training;

/// <summary>A model of a few thousand parameters and data for it.</summary>
internal static class TinyTraining
{
    public static LlamaConfig Config => new() { VocabularySize = 50, HiddenSize = 32, IntermediateSize = 48, Layers = 2, Heads = 4, KeyValueHeads = 2, HeadWidth = 8, ContextLength = 32, TiedEmbeddings = true };

    public static CausalModel NewModel(int vocabulary = 50) =>
        CausalModel.Create(Config with { VocabularySize = vocabulary }, TestContexts.F32(), new RandomStream(3));

    /// <summary>Short ragged sequences from a counter-based stream.</summary>
    internal sealed class Batches(long seed) : IBatchSource<TokenBatch>
    {
        private readonly RandomStream _stream = new(seed, "data");

        public TokenBatch Next() => TokenBatch.Of([.. Enumerable.Range(0, 4).Select(_ =>
        {
            int length = 5 + _stream.NextInt(12), start = _stream.NextInt(50);
            return new TokenSequence([.. Enumerable.Range(0, length).Select(i => (start + (3 * i)) % 50)], 2);
        })]);

        public string SaveCursor() => _stream.Position.ToString(CultureInfo.InvariantCulture);

        public void RestoreCursor(string cursor) => _stream.Position = ulong.Parse(cursor, CultureInfo.InvariantCulture);
    }
}
