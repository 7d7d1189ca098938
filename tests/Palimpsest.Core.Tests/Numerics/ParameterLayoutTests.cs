using Palimpsest.Numerics;

namespace Palimpsest.Tests.Numerics;

public sealed class ParameterLayoutTests
{
    [Fact]
    public void Construction_SeveralTensors_LaysThemOutInOrder()
    {
        ParameterLayout layout = new([("a", [2, 3]), ("b", []), ("c", [4])], new Dictionary<string, string> { ["alias"] = "c" });
        Assert.Equal([0L, 6L, 7L], layout.Slots.Select(slot => slot.Offset));
        Assert.Equal(11, layout.Count);
        Assert.Same(layout["c"], layout["alias"]);
    }

    [Fact]
    public void Hash_NameShapeOrTie_Changes()
    {
        string hash = new ParameterLayout([("a", [2, 3])]).Hash;
        Assert.Equal(hash, new ParameterLayout([("a", [2, 3])]).Hash);
        Assert.NotEqual(hash, new ParameterLayout([("a", [3, 2])]).Hash);
        Assert.NotEqual(hash, new ParameterLayout([("b", [2, 3])]).Hash);
        Assert.NotEqual(hash, new ParameterLayout([("a", [2, 3])], new Dictionary<string, string> { ["x"] = "a" }).Hash);
    }

    [Fact]
    public void Construction_RepeatedNameOrLooseAlias_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => new ParameterLayout([("a", [1]), ("a", [1])]));
        Assert.Throws<ArgumentException>(() => new ParameterLayout([("a", [1])], new Dictionary<string, string> { ["x"] = "y" }));
        Assert.Throws<KeyNotFoundException>(() => new ParameterLayout([("a", [1])])["z"]);
    }
}
