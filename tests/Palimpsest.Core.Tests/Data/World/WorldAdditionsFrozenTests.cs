using System.Security.Cryptography;
using System.Text;
using Palimpsest.Data.Worlds;

namespace Palimpsest.Tests.Data.Worlds;

public sealed class WorldAdditionsFrozenTests
{
    // A change of one of these hashes changes experiments: raise WorldAdditions.Version with it.
    [Fact]
    public void Biographies_AreFrozen() => AssertHash(
        "ee47014e4ad847a20e5d408c2710d17cb6908736c328faf98092b6f51671cff9",
        Biographies.Of(World.V1, 1, 200, 1).Concat(Biographies.Of(World.V1, 2, 200, 0.3, Biographies.Professions)).Concat(Biographies.Of(World.V1, 1, 200, 0, heldOut: true))
            .Select(biography => $"{biography.Profession}|{biography.Gender}|{biography.Name}|{biography.Text}"));

    [Fact]
    public void Topics_AreFrozen()
    {
        TopicStream stream = new(1, 0.2);
        AssertHash(
            "b963b70dae08ab81206e8d1b91b011651c8eeab87554db0f01efa237c6c759dd",
            Enumerable.Range(0, 500).Select(i => stream.Document(i)).Concat(Enumerable.Range(0, 200).Select(i => stream.HeldOut(i)))
                .Select(document => $"{document.Topic}|{document.IsRare}|{string.Join(';', document.Mentions.Select(mention => $"{mention.Concept},{mention.Start},{mention.Length}"))}|{document.Text}"));
    }

    [Fact]
    public void Passages_AreFrozen()
    {
        FactPassages passages = new(World.V1, 1);
        AssertHash(
            "fdede6908b32d474e3c415615518c56e026bb758d01ad4b7a029ddf777a0bb59",
            World.V1.Owner(0).Facts.Concat(World.V1.Control(0).Facts).Concat(World.V1.GeneralFacts.Where((_, i) => i % 50 == 0)).SelectMany(fact => passages.About(fact))
                .Select(passage => $"{passage.Kind}|{passage.Owner}|{passage.Subject.Name}|{string.Join(';', passage.Facts.Select(fact => fact.Relation.Name))}|{passage.Text}"));
    }

    [Fact]
    public void Version_IsTheFrozenOne() => Assert.Equal((2, "world-v2"), (WorldAdditions.Version, WorldAdditions.Name));

    private static void AssertHash(string frozen, IEnumerable<string> lines)
    {
        string actual = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', lines))));
        Assert.True(actual == frozen, $"World additions, version {WorldAdditions.Version}, have changed: the hash is {actual}.");
    }
}
