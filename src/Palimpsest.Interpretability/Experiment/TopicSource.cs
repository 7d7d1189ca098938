using Palimpsest.Data;
using Palimpsest.Data.Worlds;

namespace Palimpsest.Interpretability.Experiment;

/// <summary>The endless documents of a topic stream, to be learnt whole; the position is the index.</summary>
/// <param name="stream">The documents.</param>
internal sealed class TopicSource(TopicStream stream) : IExampleSource
{
    public string Name => "topics of the world";

    public IEnumerable<(long Position, TextExample Example)> From(long position, Action<string>? leftOut = null)
    {
        for (long i = position; ; i++)
        {
            yield return (i, At(i));
        }
    }

    public TextExample At(long position) => new("", stream.Document(position).Text);
}
