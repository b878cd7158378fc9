"""The way to the centre (数据上传): what to publish next, and over which connection."""
