"""The engine of the crawl: how a platform is asked, and how nothing of its answers is lost or given away."""
