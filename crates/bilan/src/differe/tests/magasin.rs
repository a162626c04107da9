//! A storage that can be full.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use futures_util::{FutureExt, StreamExt, stream::BoxStream};
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, PutMultipartOptions, PutOptions, PutPayload,
    PutResult, Result, UploadPart, memory::InMemory, path::Path,
};

/// In memory, and full when told.
#[derive(Clone, Debug, Default)]
pub struct Saturable {
    dedans: Arc<InMemory>,
    pub plein: Arc<AtomicBool>,
}

impl Saturable {
    /// How many objects it holds.
    pub async fn nombre(&self) -> usize {
        self.dedans.list(None).count().await
    }
}

impl fmt::Display for Saturable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("saturable")
    }
}

/// Refuses its parts when the storage is full.
#[derive(Debug)]
struct Envoi {
    dedans: Box<dyn MultipartUpload>,
    plein: Arc<AtomicBool>,
}

#[async_trait::async_trait]
impl MultipartUpload for Envoi {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        if self.plein.load(Ordering::Relaxed) {
            let source = Box::new(std::io::Error::from(std::io::ErrorKind::StorageFull));
            return futures_util::future::ready(Err(object_store::Error::Generic { store: "saturable", source })).boxed();
        }
        self.dedans.put_part(data)
    }

    async fn complete(&mut self) -> Result<PutResult> {
        self.dedans.complete().await
    }

    async fn abort(&mut self) -> Result<()> {
        self.dedans.abort().await
    }
}

#[async_trait::async_trait]
impl ObjectStore for Saturable {
    async fn put_opts(&self, location: &Path, payload: PutPayload, opts: PutOptions) -> Result<PutResult> {
        self.dedans.put_opts(location, payload, opts).await
    }

    async fn put_multipart_opts(&self, location: &Path, opts: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        let dedans = self.dedans.put_multipart_opts(location, opts).await?;
        Ok(Box::new(Envoi { dedans, plein: self.plein.clone() }))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.dedans.get_opts(location, options).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.dedans.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.dedans.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.dedans.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.dedans.copy_opts(from, to, options).await
    }
}
