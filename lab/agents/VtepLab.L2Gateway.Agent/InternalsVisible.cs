using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("VtepLab.Agents.Tests")]
