using System.Security.Cryptography;
using System.Text;
using Palimpsest.Data.Worlds;

namespace Palimpsest.Tests.Data.Worlds;

public sealed class WorldFrozenTests
{
    // A change of this hash changes every experiment and the base model: make a second version of the world instead.
    private const string Frozen = "df15be7eee5430e629405b9c1ab057c193dfff1d94269ec936d04cbfe02a145b";

    [Fact]
    public void World1_Output_IsFrozen()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        World world = World.V1;
        foreach (string text in Enumerable.Range(0, 64).Select(i => WorldSample.Of(world.Owner(i)))
            .Concat(Enumerable.Range(0, 8).Select(i => WorldSample.Of(world.Control(i))))
            .Concat(Enumerable.Range(0, 2_000).Select(i => WorldSample.Of(world.General(i))))
            .Concat(world.GeneralHeldOut(200).Select(WorldSample.Of))
            .Concat(Enumerable.Range(0, 100).Select(i => WorldSample.Of(world.Reading(i)))))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(text));
            hash.AppendData("\n"u8);
        }

        string actual = Convert.ToHexStringLower(hash.GetHashAndReset());
        Assert.True(actual == Frozen, $"The world has changed: its hash is {actual}.");
    }
}
