# How the files in this folder were made, with pyarrow 25.0.1: the same rows in every kind of page that Arrow writes, and rows.ndjson, which says what they are.
import json
import os
import pyarrow as pa
import pyarrow.parquet as pq
out=os.path.dirname(os.path.abspath(__file__))
N=120
def none(i,k,v): return None if i%k==k-1 else v
rows=[]
for i in range(N):
    rows.append(dict(
        bucket='data-lake-prod', key=(f'raw/ünï {i}' if i%13==0 else f'raw/clicks/part-{i:05d}'+'x'*(i%17)), version_id=none(i,5,f'v{i*7919%1000003}'),
        is_latest=none(i,11,i%3!=0), is_delete_marker=i%10==4, size=none(i,7,(i*i*1048583)%(10**12)),
        last_modified_date=none(i,9,1790000000000+i*86400123), e_tag=none(i,10,f'{i*2654435761%2**32:08x}'*4),
        storage_class=['STANDARD','GLACIER','STANDARD_IA'][i//40], object_owner=none(i,31,f'owner-{i%3}')))
open(out+'/rows.ndjson','w').write(''.join(json.dumps({k:v for k,v in r.items() if v is not None},ensure_ascii=False,separators=(',',':'))+chr(10) for r in rows))
def table(unit='ms',size=pa.int64()):
    cols={}
    for n in rows[0]:
        v=[r[n] for r in rows]
        if n=='last_modified_date':
            mul={'ms':1,'us':1000,'ns':1000000}[unit]
            arr=pa.array([None if x is None else x*mul for x in v],pa.int64()).cast(pa.timestamp(unit,tz='UTC'))
        elif n=='size': arr=pa.array(v,size)
        elif isinstance(rows[0][n],bool): arr=pa.array(v,pa.bool_())
        else: arr=pa.array(v,pa.string())
        cols[n]=arr
    cols['tags']=pa.array([{'a':i,'b':['x']*(i%3)} for i in range(N)])
    cols['future_field']=pa.array([float(i) for i in range(N)])
    t=pa.table(cols)
    f=[fld.with_nullable(fld.name not in('bucket','key')) for fld in t.schema]
    return pa.Table.from_arrays(t.columns,schema=pa.schema(f))
W=lambda name,t=None,**k: pq.write_table(t if t is not None else table(),f'{out}/{name}.parquet',**k)
small=dict(row_group_size=50,data_page_size=200,write_batch_size=16)
W('v1-snappy-dictionary',compression='snappy',row_group_size=50)
W('v1-snappy-plain-many-pages',compression='snappy',use_dictionary=False,**small)
W('v1-none-dictionary-many-pages',compression='none',**small)
W('v2-none-plain',compression='none',data_page_version='2.0',use_dictionary=False,row_group_size=70)
W('v2-zstd-dictionary-many-pages',compression='zstd',data_page_version='2.0',**small)
W('v1-gzip-micros',table('us'),compression='gzip',use_dictionary=['object_owner'])
W('v1-brotli-nanos',table('ns'),compression='brotli',version='2.6')
W('v1-lz4raw-int96',table('ns'),compression='lz4',use_deprecated_int96_timestamps=True)
enc={'bucket':'DELTA_BYTE_ARRAY','key':'DELTA_BYTE_ARRAY','version_id':'DELTA_LENGTH_BYTE_ARRAY','is_latest':'RLE','is_delete_marker':'RLE','size':'DELTA_BINARY_PACKED','last_modified_date':'BYTE_STREAM_SPLIT','e_tag':'DELTA_BYTE_ARRAY','storage_class':'DELTA_LENGTH_BYTE_ARRAY','object_owner':'PLAIN'}
W('v2-snappy-delta',compression='snappy',data_page_version='2.0',use_dictionary=False,column_encoding=enc,row_group_size=64)
# dictionaries that become too large: dictionary pages, then plain ones
W('v1-snappy-dictionary-falls-back',compression='snappy',dictionary_pagesize_limit=300,data_page_size=200,write_batch_size=8)
